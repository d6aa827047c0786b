import { Button, Group, Stack, Text, UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { query, type RunDetail, type StepRow } from "@/api/client";
import { graphAt, type Json, nameOf, parseWorkflow, placeOf } from "@/graph";
import { ButtonLink } from "@/kit/ButtonLink";
import { amount, lasting } from "@/kit/dates";
import { type StepError, useFailureWords } from "@/kit/failures";
import { Files } from "@/kit/files";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { StateSign, StateWord } from "@/kit/StateWord";
import { useStale } from "@/kit/stale";
import { Loading } from "@/kit/states";
import { Value } from "@/kit/Value";
import { sayWhy } from "@/kit/whys";
import { useEditor } from "../editor";
import { nodePathOf } from "../paint";
import { AnswerReview } from "./AnswerReview";
import classes from "./try.module.css";
import { isOver, useTried } from "./useTried";

/** What came of trying: where it stands, what it waits for, each step, the result. */
export function TriedRun() {
  const { t, i18n } = useTranslation();
  const run = useTried();
  const isStale = useEditor((state) => state.tried !== null && state.tried.of !== state.history.present);
  if (!run) return <Loading lines={3} />;
  const asked = run.waits.filter((wait) => wait.kind === "ask" && wait.review !== null);
  return (
    <section aria-label={t("try.result")} className={classes.run}>
      <Group justify="space-between">
        <StateWord state={run.state} />
        <Text size="sm" c="dimmed">
          {run.cost > 0 && t("try.cost", { cost: amount(run.cost, i18n.language) })}
        </Text>
      </Group>
      {isStale && (
        <Text size="sm" c="dimmed" role="status">
          {t("try.stale")}
        </Text>
      )}
      {run.why && !asked.length && <Text size="sm">{sayWhy(run.why, t)}</Text>}
      {asked.map((wait) => wait.review && <AnswerReview key={wait.review} review={wait.review} run={run.id} />)}
      <Steps run={run} />
      {run.state === "succeeded" && run.payload && (
        <Stack gap={6}>
          <h3 className={classes.part}>{t("editor.result")}</h3>
          <Files files={run.files}>
            <Value value={run.result as Json} />
          </Files>
        </Stack>
      )}
      <Deeds run={run} />
    </section>
  );
}

function Deeds({ run }: { run: RunDetail }) {
  const { t } = useTranslation();
  const setTried = useEditor((state) => state.setTried);
  const refresh = useStale("/api/runs");
  const cancel = query.useMutation("post", "/api/runs/{run}/cancel", { onSuccess: refresh });
  return (
    <>
      <ProblemAlert error={cancel.error} />
      <Group gap="xs">
        {!isOver(run) && run.may.cancel && (
          <Button
            size="xs"
            variant="default"
            loading={cancel.isPending}
            onClick={() => cancel.mutate({ params: { path: { run: run.id } } })}
          >
            {t("try.stop")}
          </Button>
        )}
        <ButtonLink size="xs" variant="default" to="/runs/$id" params={{ id: run.id }}>
          {t("try.open")}
        </ButtonLink>
        <Button size="xs" variant="default" onClick={() => setTried(null)}>
          {t("try.clear")}
        </Button>
      </Group>
    </>
  );
}

/** The steps in the order in which they began; a click shows one on the drawing, with what it gave. */
function Steps({ run }: { run: RunDetail }) {
  const { t, i18n } = useTranslation();
  const select = useEditor((state) => state.select);
  const enter = useEditor((state) => state.enter);
  const graph = parseWorkflow({ ...(run.graph as object), handrail: 1, name: run.name });
  const palette = useEditor((state) => state.palette);
  const name = (step: StepRow): string => {
    const { place, id } = placeOf(nodePathOf(step.path));
    const here = graphAt(graph, place) ?? graph;
    const title = step.title || (step.forced && palette.get(step.type)?.title) || nameOf(here, id);
    const number = /\[(\d+)\]\.[^.]*$/.exec(step.path)?.[1];
    return number === undefined ? title : `${title} (${Number(number) + 1})`;
  };
  const words = useFailureWords(run.steps.some((each) => each.error !== null));
  const took = (step: StepRow): string =>
    step.ended_at === null ? "" : lasting(Date.parse(step.ended_at) - Date.parse(step.started_at), i18n.language);
  return (
    <ol className={classes.steps} aria-label={t("try.steps")}>
      {run.steps.map((step) => (
        <li key={step.path}>
          <UnstyledButton
            className={classes.step}
            onClick={() => {
              const path = nodePathOf(step.path);
              enter(placeOf(path).place);
              select([path]);
            }}
          >
            <StateSign state={step.state} />
            <span className={classes.name}>
              {name(step)}
              <Text component="span" size="xs" c="dimmed" display="block">
                {[t(`run.${step.state}`), step.error ? words(step.error as StepError).sentence : sayWhy(step.why, t)]
                  .filter(Boolean)
                  .join(" · ")}
              </Text>
            </span>
            <Text component="span" size="xs" c="dimmed">
              {took(step)}
            </Text>
          </UnstyledButton>
        </li>
      ))}
    </ol>
  );
}
