import { Link } from "@tanstack/react-router";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { may, useSession } from "@/kit/session";
import classes from "./Navigation.module.css";
import { GROUPS } from "./pages";
import { Waiting } from "./Waiting";

type Group = (typeof GROUPS)[number];

/** The pages, in groups; on the canvas icons alone, whose names come up beside them. */
export function Navigation() {
  const { t } = useTranslation();
  return (
    <nav aria-label={t("nav.label")} className={classes.navigation}>
      {GROUPS.map((group) => (
        <Pages key={group.text ?? ""} group={group} />
      ))}
    </nav>
  );
}

function Pages({ group }: { group: Group }) {
  const { t } = useTranslation();
  const session = useSession();
  const label = useId();
  const pages = group.pages.filter(({ needs }) => needs === null || may(session, needs));
  if (pages.length === 0) return null;
  return (
    <div className={classes.group}>
      {group.text && (
        <div id={label} className={classes.title} data-word>
          {t(group.text)}
        </div>
      )}
      <ul className={classes.list} aria-labelledby={group.text ? label : undefined}>
        {pages.map(({ to, text, icon: Icon }) => (
          <li key={to}>
            <Link
              to={to}
              className={classes.link}
              activeOptions={{ exact: to === "/" }}
              activeProps={{ "aria-current": "page" }}
            >
              <Icon aria-hidden size={17} strokeWidth={1.9} />
              <span data-word="name">{t(text)}</span>
              {to === "/reviews" && <Waiting />}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
