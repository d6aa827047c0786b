import { Badge } from "@mantine/core";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { RunDetail } from "@/api/client";
import { amount, lasting, timeOf } from "@/kit/dates";
import { Moment } from "@/kit/Moment";
import { StateWord } from "@/kit/StateWord";
import { TextLink } from "@/kit/TextLink";
import { sayWhy } from "@/kit/whys";
import { Acts } from "./Acts";
import classes from "./Story.module.css";

const Halted = lazy(() => import("./Halted").then((file) => ({ default: file.Halted })));

/** Which run this is, where it stands and why, and what can be done with it. */
export function Head({ run, now }: { run: RunDetail; now: number }) {
  const { t, i18n } = useTranslation();
  const say = t as unknown as (key: string, options: Record<string, unknown>) => string;
  const by = run.started_by;
  return (
    <header>
      <div className={classes.head}>
        <div>
          <h1 className={classes.name}>{run.name}</h1>
          <div className={classes.facts}>
            <StateWord state={run.uncertain ? "uncertain" : run.state} />
            {run.mode !== "live" && <Badge color="gray">{t(`runs.mode.${run.mode}`)}</Badge>}
            {run.workflow && (
              <TextLink to="/workflows/$id" params={{ id: run.workflow.id }}>
                {t("run.workflow")}
              </TextLink>
            )}
            {run.version !== null && <span>{t("runs.version", { number: run.version })}</span>}
            <span>
              {t("run.startedBy", { name: run.starter.name })} <Moment at={run.started_at} />
            </span>
            {by?.name && by.kind !== "form" && <span>{say(`run.by.${by.kind}`, { name: by.name })}</span>}
            <span>
              {t(run.ended_at === null ? "run.lasting" : "run.lasted", {
                time: lasting(timeOf(run, now), i18n.language),
              })}
            </span>
            {run.cost > 0 && <span>{t("run.cost", { amount: amount(run.cost, i18n.language) })}</span>}
            {run.forked_from && (
              <TextLink to="/runs/$id" params={{ id: run.forked_from.run }}>
                {t(run.forked_from.step === null ? "run.again" : "run.retryOf")}
              </TextLink>
            )}
          </div>
        </div>
        <Acts run={run} />
      </div>
      <Suspense>{run.halted && <Halted halt={run.halted} />}</Suspense>
      {run.why && run.waits.length === 0 && <p className={classes.why}>{sayWhy(run.why, t)}</p>}
    </header>
  );
}
