import { Paper, Stack, Title } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./Doorstep.module.css";

/** The frame of the pages in front of the sign-in. */
export function Doorstep({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className={classes.page}>
      <Paper className={classes.card} withBorder>
        <Stack gap="lg">
          <div className={classes.mark}>
            <img src="/icon.svg" alt="" width={30} height={30} />
            <span translate="no">Handrail</span>
          </div>
          <Title order={1} size="h1">
            {title}
          </Title>
          {children}
        </Stack>
      </Paper>
    </main>
  );
}
