import { UnstyledButton } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { RunDetail, StepRow } from "@/api/client";
import type { Kind } from "@/graph";
import { amount, lasting, timeOf } from "@/kit/dates";
import { type StepError, useFailureWords } from "@/kit/failures";
import { KindIcon } from "@/kit/KindIcon";
import { StateWord } from "@/kit/StateWord";
import { Empty } from "@/kit/states";
import { sayWhy } from "@/kit/whys";
import classes from "./StepList.module.css";
import { tellSteps } from "./steps";
import { useTitles } from "./useTitles";

const DEEPEST = 4;

/** The steps in the order they happened: everything that the drawing says, in words. */
export function StepList({
  run,
  now,
  selected,
  onOpen,
}: {
  run: RunDetail;
  now: number;
  selected: string | null;
  onOpen: (step: string) => void;
}) {
  const { t } = useTranslation();
  const titleOf = useTitles();
  const told = useMemo(() => tellSteps(run.steps), [run.steps]);
  if (run.steps.length === 0) return <Empty title={t("run.noSteps")}>{t("run.noSteps.why")}</Empty>;
  return (
    <ol className={classes.list} aria-label={t("run.steps")}>
      {told.map((each) =>
        each.is === "scope" ? (
          <li key={each.scope} className={classes.scope} data-depth={Math.min(each.depth, DEEPEST)}>
            {t("run.item", { number: each.number })}
          </li>
        ) : (
          <li key={each.step.path} data-depth={Math.min(each.depth, DEEPEST)} className={classes.item}>
            <UnstyledButton
              className={classes.row}
              aria-pressed={each.step.path === selected}
              onClick={() => onOpen(each.step.path)}
            >
              <KindIcon kind={each.step.type.split(".", 1)[0] as Kind} isLocked={each.step.forced} />
              <span className={classes.words}>
                <span className={classes.title}>{titleOf(each.step)}</span>
                <Said step={each.step} />
              </span>
              <StateWord state={each.step.state} />
              <Facts step={each.step} now={now} />
            </UnstyledButton>
          </li>
        ),
      )}
    </ol>
  );
}

function Said({ step }: { step: StepRow }) {
  const { t } = useTranslation();
  const error = step.error as StepError | null;
  const words = useFailureWords(error !== null);
  const said = [
    error ? sayWhy(words(error).sentence, t) : sayWhy(step.verdict?.reason ?? step.why, t),
    ...step.marks,
    step.duplicate && t("run.duplicate"),
  ].filter(Boolean);
  if (said.length === 0) return null;
  return <span className={classes.said}>{said.join(" · ")}</span>;
}

function Facts({ step, now }: { step: StepRow; now: number }) {
  const { t, i18n } = useTranslation();
  if (step.state === "skipped") return <span className={classes.facts} />;
  return (
    <span className={classes.facts}>
      {lasting(timeOf(step, now), i18n.language)}
      {step.usage && step.usage.cost > 0 && <span>{amount(step.usage.cost, i18n.language)}</span>}
      {step.attempts > 1 && <span>{t("run.attempts", { count: step.attempts })}</span>}
    </span>
  );
}
