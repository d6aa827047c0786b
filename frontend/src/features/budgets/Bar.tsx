import { Progress } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./budgets.module.css";

type Props = {
  kind: "money" | "tokens";
  /** 1 is all of it; it may be more. */
  share: number;
  /** Per cent. */
  warnAt: number;
  words: string;
};

/** How much of one limit is spent: in words, and as a bar with a mark where people are told. */
export function Bar({ kind, share, warnAt, words }: Props) {
  const { t } = useTranslation();
  const percent = Math.floor(share * 100);
  const colour = percent >= 100 ? "red" : percent >= warnAt ? "yellow" : undefined;
  return (
    <div className={classes.bar}>
      <span className={classes.spent}>
        <strong>{words}</strong> · {percent} %
      </span>
      <div className={classes.track}>
        <Progress.Root size="sm" radius="xl">
          <Progress.Section
            value={Math.min(percent, 100)}
            {...(colour && { color: colour })}
            aria-label={t(`budget.bar.${kind}`, { percent })}
          />
        </Progress.Root>
        {warnAt < 100 && <span className={classes.mark} style={{ insetInlineStart: `${warnAt}%` }} />}
      </div>
    </div>
  );
}
