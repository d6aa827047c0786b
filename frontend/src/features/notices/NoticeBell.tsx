import { ActionIcon, Badge, Indicator, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { Bell } from "lucide-react";
import { lazy, useState } from "react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { Flyout } from "@/kit/Flyout";
import { withWords } from "@/kit/words";
import classes from "./NoticeBell.module.css";

const NoticePanel = lazy(() => withWords(import("./NoticePanel")).then((file) => ({ default: file.NoticePanel })));

/** How much is new of what concerns me; behind it what it is. */
export function NoticeBell({ isWide = false }: { isWide?: boolean }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const notices = query.useQuery("get", "/api/notices", {});
  const unread = notices.data?.unread ?? 0;
  const name = unread ? t("notices.unread", { count: unread }) : t("notices.title");
  const toggle = (): void => setOpen((was) => !was);
  const target = isWide ? (
    <UnstyledButton className={classes.wide} onClick={toggle}>
      <Bell aria-hidden size={17} strokeWidth={1.9} />
      <span data-word="name">{t("notices.title")}</span>
      {unread > 0 && (
        <Badge size="sm" variant="filled" className={classes.count}>
          {unread}
          <VisuallyHidden>{t("notices.new")}</VisuallyHidden>
        </Badge>
      )}
    </UnstyledButton>
  ) : (
    <ActionIcon size={40} onClick={toggle} aria-label={name}>
      <Indicator disabled={unread === 0} size={9} offset={3}>
        <Bell aria-hidden size={20} />
      </Indicator>
    </ActionIcon>
  );
  return (
    <Flyout
      isOpen={isOpen}
      onChange={setOpen}
      label={t("notices.title")}
      position={isWide ? "right-end" : "bottom-end"}
      width={360}
      className={classes.panel}
      target={target}
    >
      <NoticePanel onLeave={() => setOpen(false)} />
    </Flyout>
  );
}
