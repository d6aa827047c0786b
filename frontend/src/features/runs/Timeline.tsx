import { UnstyledButton, VisuallyHidden } from "@mantine/core";
import type { KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import type { RunDetail, StepRow } from "@/api/client";
import { lasting, timeOf } from "@/kit/dates";
import { StateSign, toneOf } from "@/kit/StateWord";
import { Empty } from "@/kit/states";
import { axisOf } from "./steps";
import classes from "./Timeline.module.css";
import { useTitles } from "./useTitles";

/** The steps along time: when each began, how long it took. Up and down move, Enter opens. */
export function Timeline({
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
  const { t, i18n } = useTranslation();
  const titleOf = useTitles();
  const steps = run.steps.filter((step) => step.state !== "skipped");
  if (steps.length === 0) return <Empty title={t("run.noSteps")}>{t("run.noSteps.why")}</Empty>;
  const axis = axisOf(steps, now);
  const percent = (share: number): string => `${(share * 100).toFixed(2)}%`;
  const onKey = (event: KeyboardEvent<HTMLOListElement>): void => {
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (by === 0) return;
    const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("button")];
    rows[rows.indexOf(document.activeElement as HTMLElement) + by]?.focus();
    event.preventDefault();
  };
  const place = (step: StepRow): React.CSSProperties => {
    const left = axis.at(Date.parse(step.started_at));
    const right = axis.at(step.ended_at === null ? now : Date.parse(step.ended_at));
    return { left: percent(left), width: `max(3px, ${percent(Math.max(0, right - left))})` };
  };
  return (
    <div className={classes.frame}>
      <div className={classes.axis} aria-hidden>
        <span />
        <div className={classes.scale}>
          <span>0</span>
          {axis.gaps.map((gap) => (
            <span key={gap.at} className={classes.gap} style={{ left: percent(gap.at) }}>
              {lasting(gap.lasts, i18n.language)}
            </span>
          ))}
          <span>{lasting(axis.end - axis.start, i18n.language)}</span>
        </div>
      </div>
      <ol className={classes.rows} aria-label={t("run.timeline")} onKeyDown={onKey}>
        {steps.map((step) => {
          const after = lasting(Date.parse(step.started_at) - axis.start, i18n.language);
          const time = lasting(timeOf(step, now), i18n.language);
          return (
            <li key={step.path}>
              <UnstyledButton
                className={classes.row}
                aria-pressed={step.path === selected}
                onClick={() => onOpen(step.path)}
              >
                <span className={classes.name}>
                  <StateSign state={step.state} size={14} />
                  <span>{titleOf(step)}</span>
                  <VisuallyHidden>{t("run.timeline.step", { state: t(`run.${step.state}`), after })}</VisuallyHidden>
                </span>
                <span className={classes.lane}>
                  {axis.gaps.map((gap) => (
                    <span key={gap.at} className={classes.cut} style={{ left: percent(gap.at) }} />
                  ))}
                  <span className={classes.bar} data-tone={toneOf(step.state)} style={place(step)} />
                </span>
                <span className={classes.time}>{time}</span>
              </UnstyledButton>
            </li>
          );
        })}
      </ol>
      {axis.gaps.length > 0 && <p className={classes.note}>{t("run.timeline.shortened")}</p>}
    </div>
  );
}
