import { Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";
import classes from "./Page.module.css";

/** A page: its name, one line about it, what can be done, and below them what it shows. */
export function Page({
  title,
  lead,
  actions,
  narrow = false,
  children,
}: {
  title: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
  /** For what is read or filled in from top to bottom. */
  narrow?: boolean;
  children: ReactNode;
}) {
  useDocumentTitle(typeof title === "string" ? `${title} · Handrail` : "Handrail");
  return (
    <div className={classes.page} data-narrow={narrow || undefined}>
      <div className={classes.head}>
        <div className={classes.words}>
          <Title order={1}>{title}</Title>
          {lead && (
            <Text c="dimmed" component="div">
              {lead}
            </Text>
          )}
        </div>
        {actions && <div className={classes.actions}>{actions}</div>}
      </div>
      {children}
    </div>
  );
}

/** A part of a page under a heading, with a line about it and what can be done there. */
export function Part({
  title,
  why,
  actions,
  children,
}: {
  title: ReactNode;
  why?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className={classes.part} aria-label={typeof title === "string" ? title : undefined}>
      <div className={classes.head}>
        <div className={classes.words}>
          <Title order={2}>{title}</Title>
          {why && (
            <Text c="dimmed" size="sm" component="div">
              {why}
            </Text>
          )}
        </div>
        {actions && <div className={classes.actions}>{actions}</div>}
      </div>
      {children}
    </section>
  );
}

/** A frame around one thing. */
export function Card({ children, padded = false }: { children: ReactNode; padded?: boolean }) {
  return (
    <div className={classes.card} data-padded={padded || undefined}>
      {children}
    </div>
  );
}
