import { ActionIcon, Alert, Button, Select } from "@mantine/core";
import type { TFunction } from "i18next";
import { RotateCcw, X } from "lucide-react";
import { type ComponentProps, type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { query, type RunDetail, type StepDetail, type StepRow } from "@/api/client";
import { amount, lasting, timeOf } from "@/kit/dates";
import { type StepError, useFailureWords } from "@/kit/failures";
import { LookInside } from "@/kit/LookInside";
import { Moment } from "@/kit/Moment";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { StateWord } from "@/kit/StateWord";
import { Empty, Failure, Loading } from "@/kit/states";
import { TextLink } from "@/kit/TextLink";
import { type Span, Value } from "@/kit/Value";
import { verdictInWords } from "@/kit/verdict";
import { sayWhy } from "@/kit/whys";
import { useRetry } from "./Acts";
import classes from "./StepPanel.module.css";
import { nodeOf } from "./steps";
import { useTitles } from "./useTitles";

type Json = ComponentProps<typeof Value>["value"];

/** One step: what it was given, what it gave or said, what went wrong and what to do, and what happened to it when. */
export function StepPanel({
  run,
  path,
  now,
  onOpen,
}: {
  run: RunDetail;
  path: string;
  now: number;
  onOpen: (step: string | null) => void;
}) {
  const { t } = useTranslation();
  const titleOf = useTitles();
  const row = run.steps.find((step) => step.path === path);
  const panel = useRef<HTMLElement>(null);
  const cameFrom = useRef<Element | null>(null);
  useEffect(() => {
    cameFrom.current = document.activeElement;
    panel.current?.focus({ preventScroll: true });
    return () => (cameFrom.current as HTMLElement | null)?.focus?.({ preventScroll: true });
  }, []);
  const siblings = run.steps.filter((step) => nodeOf(step.path) === nodeOf(path));
  return (
    <aside
      ref={panel}
      className={classes.panel}
      tabIndex={-1}
      aria-label={t("run.step")}
      onKeyDown={(event) => {
        if (event.key === "Escape") onOpen(null);
      }}
    >
      <div className={classes.head}>
        <h2 className={classes.title}>{row ? titleOf(row) : path}</h2>
        <ActionIcon aria-label={t("inspector.close")} onClick={() => onOpen(null)}>
          <X aria-hidden size={18} />
        </ActionIcon>
      </div>
      {siblings.length > 1 && (
        <Select
          aria-label={t("run.whichItem")}
          size="xs"
          mb="sm"
          searchable={siblings.length > 9}
          value={path}
          data={siblings.map((step) => ({ value: step.path, label: nameOfItem(step, t) }))}
          onChange={(next) => next && onOpen(next)}
        />
      )}
      {row ? <Known run={run} row={row} now={now} /> : <Empty title={t("run.notRun")}>{t("run.notRun.why")}</Empty>}
    </aside>
  );
}

const nameOfItem = (step: StepRow, t: TFunction): string => {
  const numbers = [...step.path.matchAll(/\[(\d+)\]/g)].map((found) => Number(found[1]) + 1);
  return `${t("run.item", { number: numbers.join(".") })} · ${t(`run.${step.state}`)}`;
};

function Known({ run, row, now }: { run: RunDetail; row: StepRow; now: number }) {
  const { t, i18n } = useTranslation();
  const retry = useRetry(run);
  const init = { params: { path: { run: run.id, path: row.path } } };
  const step = query.useQuery("get", "/api/runs/{run}/steps/{path}", init);
  const error = row.error as StepError | null;
  const words = useFailureWords(error !== null);
  const failed = error && words(error);
  return (
    <>
      <dl className={classes.facts}>
        <Fact name={t("runs.state")}>
          <StateWord state={row.state} />
        </Fact>
        <Fact name={t("run.begun")}>
          <Moment at={row.started_at} />
        </Fact>
        {row.state !== "skipped" && <Fact name={t("runs.lasted")}>{lasting(timeOf(row, now), i18n.language)}</Fact>}
        {row.attempts > 1 && <Fact name={t("run.tries")}>{row.attempts}</Fact>}
        {row.usage && (
          <Fact name={t("run.usage")}>
            {row.usage.practice ? t("run.practice") : row.usage.model}
            {", "}
            {t("run.tokens", { given: row.usage.tokens_in, made: row.usage.tokens_out })}
            {", "}
            {amount(row.usage.cost, i18n.language)}
          </Fact>
        )}
        {row.forced && <Fact name={t("run.forced")}>{templateOf(run, row)}</Fact>}
        {row.marks.length > 0 && <Fact name={t("run.marks")}>{row.marks.join(", ")}</Fact>}
      </dl>
      {/* A step's error is the other side's: its code means something else than the product's own. */}
      {failed && (
        <Alert color="red" title={failed.sentence} mb="sm">
          {failed.below}
        </Alert>
      )}
      {!error && row.why && <p className={classes.why}>{row.why}</p>}
      {row.duplicate && <p className={classes.why}>{t("run.duplicate.why")}</p>}
      {row.verdict && (
        <p className={classes.why}>
          <strong>{verdictInWords(row.verdict.word, t)}</strong>: {row.verdict.reason}
        </p>
      )}
      <div className={classes.acts}>
        {row.review && (
          <TextLink to="/reviews/$id" params={{ id: row.review }}>
            {t("run.toReview")}
          </TextLink>
        )}
        {run.may.retry && (
          <Button
            size="xs"
            variant="default"
            leftSection={<RotateCcw aria-hidden size={14} />}
            loading={retry.isPending}
            onClick={() => retry.from(row.path)}
          >
            {t("run.retryHere")}
          </Button>
        )}
      </div>
      <ProblemAlert error={retry.error} />
      {step.isPending && <Loading lines={3} />}
      {step.error && !step.data && <Failure error={step.error} onRetry={() => step.refetch()} />}
      {step.data && <Inside run={run} step={step.data} />}
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const templateOf = (run: RunDetail, row: StepRow): string => {
  const guard = run.guards.find((each) => each.node === nodeOf(row.path));
  return guard ? `${guard.template}: ${guard.rule}` : "";
};

function Inside({ run, step }: { run: RunDetail; step: StepDetail }) {
  const { t, i18n } = useTranslation();
  const log = step.log.filter((line, at) => line.sentence || line.state !== step.log[at - 1]?.state);
  const clock = new Intl.DateTimeFormat(i18n.language, { timeStyle: "medium" });
  return (
    <>
      {step.payload ? (
        <>
          <section className={classes.part}>
            <h3>{t("run.given")}</h3>
            <Value value={step.inputs as Json} spans={spansOf(step)} />
          </section>
          <section className={classes.part}>
            <h3>{t("run.gave")}</h3>
            <Value value={step.output as Json} />
          </section>
        </>
      ) : (
        <>
          <p className={classes.why}>{t("run.closed")}</p>
          {run.may.look_inside && <LookInside run={run.id} />}
        </>
      )}
      {log.length > 0 && (
        <section className={classes.part}>
          <h3>{t("run.log")}</h3>
          <ol className={classes.log}>
            {log.map((line) => (
              <li key={`${line.at} ${line.state} ${line.attempt}`}>
                <time dateTime={line.at}>{clock.format(new Date(line.at))}</time>
                <span>
                  {t(`run.${line.state}`)}
                  {line.sentence && `: ${sayWhy(line.sentence, t)}`}
                </span>
              </li>
            ))}
          </ol>
        </section>
      )}
    </>
  );
}

type Found = { kind: string; field: string; start: number; end: number; detector: string };

/** What a policy found, where it stands in what the policy was given. */
const spansOf = (step: StepDetail): Span[] =>
  ((step.verdict?.findings ?? []) as Found[]).map(({ kind, field, start, end, detector }) => ({
    path: [...field.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, number, name]) =>
      number ? Number(number) : (name ?? ""),
    ),
    start,
    end,
    kind,
    sentence: detector,
  }));
