/** What a screen shows when it has nothing, not yet, or cannot. */

import { Button, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useTimeout } from "@mantine/hooks";
import { CircleAlert } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { wordsFor } from "./problem";
import classes from "./states.module.css";

export function Empty({
  title,
  children,
  action,
  art,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  art?: ReactNode;
}) {
  return (
    <div className={classes.state}>
      {art && <div className={classes.art}>{art}</div>}
      <Text fw={600}>{title}</Text>
      {children && (
        <Text c="dimmed" size="sm" maw="44ch" ta="center">
          {children}
        </Text>
      )}
      {action && <div className={classes.action}>{action}</div>}
    </div>
  );
}

/** Grey lines, but only when it takes longer than a blink. */
export function Loading({ lines = 4 }: { lines?: number }) {
  const { t } = useTranslation();
  const [isSlow, setSlow] = useState(false);
  useTimeout(() => setSlow(true), 150, { autoInvoke: true });
  if (!isSlow) return <div data-loading hidden />;
  return (
    <Stack gap="sm" p="md" role="status" aria-label={t("kit.loading")} data-loading>
      {Array.from({ length: lines }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike
        <Skeleton key={at} height={at === 0 ? 22 : 14} width={at === 0 ? "40%" : `${90 - at * 9}%`} />
      ))}
    </Stack>
  );
}

/** What happened, what it means, what to do. */
export function Failure({
  error,
  onRetry,
  isPage = false,
}: {
  error: unknown;
  onRetry?: () => void;
  /** It stands instead of a whole page. */
  isPage?: boolean;
}) {
  const { t } = useTranslation();
  const words = wordsFor(error, t);
  return (
    <div className={classes.state} role="alert">
      <CircleAlert aria-hidden size={28} className={classes.alert} />
      <Title order={isPage ? 1 : 2} size="h4">
        {words.sentence}
      </Title>
      {words.wayOut && (
        <Text c="dimmed" size="sm" maw="52ch" ta="center">
          {words.wayOut}
        </Text>
      )}
      {onRetry && (
        <Button variant="default" onClick={onRetry}>
          {t("kit.retry")}
        </Button>
      )}
    </div>
  );
}
