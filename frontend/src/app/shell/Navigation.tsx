import { Link } from "@tanstack/react-router";
import { House, IdCard, ListChecks, ScrollText, ShieldCheck, UsersRound, Waypoints, Workflow } from "lucide-react";
import { useTranslation } from "react-i18next";
import { may, useSession } from "@/kit/session";
import classes from "./Navigation.module.css";
import { Waiting } from "./Waiting";

/** The pages that are always one click away, for whoever has the permission; a page enters here when it is built. */
const PAGES = [
  { to: "/", text: "nav.home", icon: House, needs: null },
  { to: "/reviews", text: "nav.reviews", icon: ListChecks, needs: null },
  { to: "/workflows", text: "nav.workflows", icon: Workflow, needs: null },
  { to: "/runs", text: "nav.runs", icon: Waypoints, needs: null },
  { to: "/governance", text: "nav.governance", icon: ShieldCheck, needs: "governance.read" },
  { to: "/audit", text: "nav.audit", icon: ScrollText, needs: "audit.read" },
  { to: "/team", text: "nav.team", icon: UsersRound, needs: null },
  { to: "/people", text: "nav.people", icon: IdCard, needs: "organisation.read" },
] as const;

export function Navigation() {
  const { t } = useTranslation();
  const session = useSession();
  const pages = PAGES.filter(({ needs }) => needs === null || may(session, needs));
  return (
    <nav aria-label={t("nav.label")}>
      <ul className={classes.list}>
        {pages.map(({ to, text, icon: Icon }) => (
          <li key={to}>
            <Link
              to={to}
              className={classes.link}
              activeOptions={{ exact: to === "/" }}
              activeProps={{ "aria-current": "page" }}
            >
              <Icon aria-hidden size={17} strokeWidth={1.9} />
              <span data-word>{t(text)}</span>
              {to === "/reviews" && <Waiting />}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
