import { Text } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./Rows.module.css";

/** A list of rows in one frame; on a phone each row stands in lines below each other. */
export function Rows({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul className={classes.rows} aria-label={label}>
      {children}
    </ul>
  );
}

/** One thing: its sign, its name with a line below, facts beside it, and what can be done with it. */
export function Row({
  sign,
  title,
  below,
  facts,
  acts,
  hasManyActs = false,
}: {
  sign?: ReactNode;
  title: ReactNode;
  below?: ReactNode;
  facts?: ReactNode;
  acts?: ReactNode;
  /** On a phone they stand below, and the words have the whole width. */
  hasManyActs?: boolean;
}) {
  return (
    <li className={classes.row}>
      {sign && <div className={classes.sign}>{sign}</div>}
      <div className={classes.words}>
        <div className={classes.title}>{title}</div>
        {below && (
          <Text size="sm" c="dimmed" component="div" className={classes.below}>
            {below}
          </Text>
        )}
      </div>
      {facts && <div className={classes.facts}>{facts}</div>}
      {acts && (
        <div className={classes.acts} data-many={hasManyActs || undefined}>
          {acts}
        </div>
      )}
    </li>
  );
}
