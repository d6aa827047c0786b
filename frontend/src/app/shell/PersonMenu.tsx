import { Avatar, UnstyledButton } from "@mantine/core";
import { lazy, useState } from "react";
import { useTranslation } from "react-i18next";
import { Flyout } from "@/kit/Flyout";
import { useSession } from "@/kit/session";
import classes from "./PersonMenu.module.css";

const PersonPanel = lazy(() => import("./PersonPanel").then((file) => ({ default: file.PersonPanel })));

/** Who is signed in; behind it their language and colours, and the way out. */
export function PersonMenu() {
  const { t } = useTranslation();
  const { person } = useSession();
  const [isOpen, setOpen] = useState(false);
  return (
    <Flyout
      isOpen={isOpen}
      onChange={setOpen}
      label={t("person.label")}
      position="top-start"
      width={264}
      target={
        <UnstyledButton className={classes.person} onClick={() => setOpen((was) => !was)}>
          <Avatar size={26} radius="xl" color="accent" name={person.name} aria-hidden />
          <span className={classes.name} data-word="name">
            {person.name}
          </span>
        </UnstyledButton>
      }
    >
      <PersonPanel onLeave={() => setOpen(false)} />
    </Flyout>
  );
}
