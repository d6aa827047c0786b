import { ActionIcon } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { Menu as MenuIcon } from "lucide-react";
import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { NoticeBell } from "@/features/notices/NoticeBell";
import { Loading } from "@/kit/states";
import { Logo } from "./Logo";
import { Navigation } from "./Navigation";
import { PersonMenu } from "./PersonMenu";
import classes from "./Shell.module.css";
import { useLiveEvents } from "./useLiveEvents";

const Drawer = lazy(() => import("./NavigationDrawer").then((file) => ({ default: file.NavigationDrawer })));

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
