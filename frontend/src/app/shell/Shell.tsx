import { ActionIcon } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { Menu as MenuIcon } from "lucide-react";
import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { NoticeBell } from "@/features/notices/NoticeBell";
import { listen } from "@/kit/events";
import { Loading } from "@/kit/states";
import { Logo } from "./Logo";
import { Navigation } from "./Navigation";
import { PersonMenu } from "./PersonMenu";
import classes from "./Shell.module.css";

const Drawer = lazy(() => import("./NavigationDrawer").then((file) => ({ default: file.NavigationDrawer })));

/** What a live event makes stale: everything under the address of its kind. */
const STALE = { run: "/api/runs", draft: "/api/workflows", review: "/api/reviews", notice: "/api/notices" } as const;

function useLiveEvents(): void {
  const client = useQueryClient();
  useEffect(
    () =>
      listen((event) => {
        const address = STALE[event.type];
        client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1]).startsWith(address) });
      }),
    [client],
  );
}

/** The frame of every page behind the sign-in: skip link, navigation, the page. */
export function Shell() {
  const { t } = useTranslation();
  const [isOpen, { open, close }] = useDisclosure();
  const path = useRouterState({ select: (state) => state.location.pathname });
  // The canvas needs the room: there the navigation is icons, named for those who cannot see them.
  const isEditor = /^\/workflows\/[^/]+$/.test(path);
  useLiveEvents();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes the drawer
  useEffect(close, [path]);
  return (
    <div className={classes.frame} data-narrow={isEditor || undefined}>
      <a className={classes.skip} href="#page">
        {t("shell.skip")}
      </a>
      <header className={classes.bar}>
        <ActionIcon onClick={open} aria-label={t("shell.openNavigation")} size={40}>
          <MenuIcon aria-hidden size={20} />
        </ActionIcon>
        <Link to="/" className={classes.home}>
          <Logo />
        </Link>
        <NoticeBell />
      </header>
      <header className={classes.rail}>
        <Link to="/" className={classes.home}>
          <Logo />
        </Link>
        <Navigation />
        <div className={classes.foot}>
          <NoticeBell isWide={!isEditor} />
          <PersonMenu />
        </div>
      </header>
      {isOpen && (
        <Suspense>
          <Drawer onClose={close} />
        </Suspense>
      )}
      <main id="page" className={classes.page} tabIndex={-1}>
        <Suspense fallback={<Loading />}>
          <Outlet />
        </Suspense>
      </main>
    </div>
  );
}
