import {
  Ban,
  CircleCheck,
  CircleDashed,
  CircleHelp,
  CircleSlash,
  CircleX,
  Clock,
  Hourglass,
  LoaderCircle,
  OctagonAlert,
  RotateCw,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import type { RunState, StepState } from "@/api/client";
import classes from "./StateWord.module.css";

const SIGNS = {
  queued: { icon: Clock, tone: "quiet" },
  ready: { icon: Clock, tone: "quiet" },
  pending: { icon: CircleDashed, tone: "quiet" },
  running: { icon: LoaderCircle, tone: "busy" },
  retrying: { icon: RotateCw, tone: "busy" },
  waiting: { icon: Hourglass, tone: "warn" },
  uncertain: { icon: CircleHelp, tone: "warn" },
  quarantined: { icon: OctagonAlert, tone: "bad" },
  succeeded: { icon: CircleCheck, tone: "good" },
  failed: { icon: CircleX, tone: "bad" },
  refused: { icon: Ban, tone: "bad" },
  cancelled: { icon: CircleSlash, tone: "quiet" },
  skipped: { icon: CircleSlash, tone: "quiet" },
} as const;

export type AnyState = RunState | StepState;

export const toneOf = (state: AnyState): "quiet" | "busy" | "warn" | "good" | "bad" => SIGNS[state].tone;

/** The sign of a state alone; its word stands near it. */
export function StateSign({ state, size = 15 }: { state: AnyState; size?: number }) {
  const { icon: Icon, tone } = SIGNS[state];
  return <Icon aria-hidden size={size} strokeWidth={2.2} className={classes.sign} data-tone={tone} />;
}

/** Where a run or a step stands: a sign, a colour and the word. */
export function StateWord({ state }: { state: AnyState }) {
  const { t } = useTranslation();
  return (
    <span className={classes.state}>
      <StateSign state={state} />
      {t(`run.${state}`)}
    </span>
  );
}
