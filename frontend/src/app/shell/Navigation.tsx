import { Link } from "@tanstack/react-router";
import { House } from "lucide-react";
import { useTranslation } from "react-i18next";
import classes from "./Navigation.module.css";

/** The pages that are always one click away; a page enters here when it is built. */
const PAGES = [{ to: "/", text: "nav.home", icon: House }] as const;

export function Navigation() {
  const { t } = useTranslation();
  return (
    <nav aria-label={t("nav.label")}>
      <ul className={classes.list}>
        {PAGES.map(({ to, text, icon: Icon }) => (
          <li key={to}>
            <Link
              to={to}
              className={classes.link}
              activeOptions={{ exact: to === "/" }}
              activeProps={{ "aria-current": "page" }}
            >
              <Icon aria-hidden size={17} strokeWidth={1.9} />
              <span data-word>{t(text)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
