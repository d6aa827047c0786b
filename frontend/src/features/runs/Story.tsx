import { SegmentedControl } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ComponentProps, lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { RunDetail } from "@/api/client";
import { LookInside } from "@/kit/LookInside";
import { Part } from "@/kit/Page";
import { Loading } from "@/kit/states";
import { Value } from "@/kit/Value";
import { withWords } from "@/kit/words";
import { Guards } from "./Guards";
import { Head } from "./Head";
import type { Drawing } from "./RunPage";
import { StepList } from "./StepList";
import classes from "./Story.module.css";
import { nodeOf } from "./steps";
import { Timeline } from "./Timeline";
import { useNow } from "./useNow";
import { Waits } from "./Waits";

const Looks = lazy(() => withWords(import("./Looks")).then((file) => ({ default: file.Looks })));
const StepPanel = lazy(() => import("./StepPanel").then((file) => ({ default: file.StepPanel })));

const VIEWS = ["canvas", "list", "time"] as const;
type View = (typeof VIEWS)[number];
type Json = ComponentProps<typeof Value>["value"];

/** What happened, from above: the head, what it waits for, the steps in one of three forms, what governed it, its values. */
export function Story({ run, drawing: Draw }: { run: RunDetail; drawing: Drawing }) {
  const { t } = useTranslation();
  const search = useSearch({ from: "/inside/runs/$id" });
  const navigate = useNavigate();
  const isNarrow = useMediaQuery("(max-width: 700px)", undefined, { getInitialValueInEffect: false });
  const now = useNow(run.ended_at === null);
  const view: View = VIEWS.find((each) => each === search.view) ?? (isNarrow ? "list" : "canvas");
  const go = (change: { view?: string; step?: string }): void => {
    navigate({ to: "/runs/$id", params: { id: run.id }, search: { ...search, ...change }, replace: true });
  };
  const open = (step: string | null): void => go({ step: step ?? undefined });
  /** A node of a map has many steps: the one that went wrong or waits is looked at first. */
  const openNode = (node: string | null): void => {
    const own = run.steps.filter((step) => step.node === node || nodeOf(step.path) === node);
    const loud = own.find((step) => step.state !== "succeeded" && step.state !== "skipped");
    open((loud ?? own[0])?.path ?? (node?.startsWith("$") ? null : node));
  };
  return (
    <div className={classes.page} data-open={search.step !== undefined || undefined}>
      <div className={classes.story}>
        <Head run={run} now={now} />
        <Suspense>{run.looks.length > 0 && <Looks run={run} />}</Suspense>
        <Waits run={run} onOpen={open} />
        <div className={classes.bar}>
          <h2 className={classes.title}>{t("run.steps")}</h2>
          <SegmentedControl
            size="xs"
            aria-label={t("editor.view")}
            value={view}
            onChange={(next) => go({ view: next })}
            data={VIEWS.map((value) => ({ value, label: t(`run.view.${value}`) }))}
          />
        </div>
        {run.steps_left_out > 0 && <p className={classes.note}>{t("run.leftOut", { count: run.steps_left_out })}</p>}
        {view === "canvas" && (
          <div className={classes.drawing}>
            <Draw run={run} selected={search.step === undefined ? null : nodeOf(search.step)} onSelect={openNode} />
          </div>
        )}
        {view === "list" && <StepList run={run} now={now} selected={search.step ?? null} onOpen={open} />}
        {view === "time" && <Timeline run={run} now={now} selected={search.step ?? null} onOpen={open} />}
        <Values run={run} />
        <Guards run={run} onOpen={openNode} />
      </div>
      {search.step !== undefined && (
        <Suspense fallback={<Loading />}>
          <StepPanel key={search.step} run={run} path={search.step} now={now} onOpen={open} />
        </Suspense>
      )}
    </div>
  );
}

/** What the run was given and what it gave, for whoever may see it. */
function Values({ run }: { run: RunDetail }) {
  const { t } = useTranslation();
  if (!run.payload)
    return (
      <div className={classes.note}>
        <p>{t("run.closed")}</p>
        {run.may.look_inside && <LookInside run={run.id} />}
      </div>
    );
  if (run.emptied_at !== null) return <p className={classes.note}>{t("run.emptied")}</p>;
  return (
    <div className={classes.values}>
      <Part title={t("run.input")}>
        <div className={classes.sheet}>
          <Value value={run.input as Json} />
        </div>
      </Part>
      <Part title={t("run.result")}>
        <div className={classes.sheet}>
          {run.ended_at === null ? (
            <p className={classes.quiet}>{t("run.result.notYet")}</p>
          ) : (
            <Value value={run.result as Json} />
          )}
        </div>
      </Part>
    </div>
  );
}
