import { Alert, Badge, Button, Group, Modal, Select, Stack, Text, Textarea } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Problem, query, type WorkflowRow } from "@/api/client";
import type { CheckAnswer, FindingRecord } from "@/api/pending";
import type { components } from "@/api/schema";
import { serialiseWorkflow } from "@/graph";
import { announce } from "@/kit/announce";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { may, useSession } from "@/kit/session";
import { useStale } from "@/kit/stale";
import { Failure, Loading } from "@/kit/states";
import { useEditor } from "../editor";
import { Exempting } from "../exemptions/Exempting";
import { FindingList } from "../findings/FindingList";
import type { Autosave } from "../useAutosave";
import { Additions } from "./Additions";
import { Done } from "./Done";
import classes from "./publish.module.css";

const STAGES = ["sandbox", "pilot", "production"] as const;
type Stage = (typeof STAGES)[number];
type Published = components["schemas"]["PublishedView"];

type Props = { row: WorkflowRow; saving: Autosave; onClose: () => void };

/** What publishing would do, before it is done: findings, what governance adds and why, before and after; then the word. */
export function PublishDialog({ row, saving, onClose }: Props) {
  const { t } = useTranslation();
  const isSmall = useMediaQuery("(max-width: 900px)") ?? false;
  const [done, setDone] = useState<Published | null>(null);
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("publish.what", { name: row.name })}
      size={1180}
      fullScreen={isSmall}
      padding="lg"
    >
      {done ? (
        <Done published={done} row={row} onClose={onClose} />
      ) : (
        <Form row={row} saving={saving} onDone={setDone} onClose={onClose} />
      )}
    </Modal>
  );
}

/** The next step up from the sandbox; what is further up stays where it is. */
const nextStage = (stage: Stage): Stage => (stage === "sandbox" ? "pilot" : stage);

/** Everything that a refusal lists; it is an answer, not a breakdown. */
function obstaclesOf(problem: Problem | null): FindingRecord[] | null {
  const findings = problem?.code === "not_publishable" ? problem.params?.findings : null;
  return Array.isArray(findings) ? (findings as FindingRecord[]) : null;
}

function Form({ row, saving, onDone, onClose }: Props & { onDone: (published: Published) => void }) {
  const { t } = useTranslation();
  const session = useSession();
  const workflow = useEditor((state) => state.history.present);
  const govern = useEditor((state) => state.govern);
  const refresh = useStale("/api/workflows", "/api/publish-requests");
  const [stage, setStage] = useState<Stage>(nextStage(row.stage));
  const [note, setNote] = useState("");
  const [unsaved, setUnsaved] = useState(false);
  const mayPublish = may(session, "publish.do", row.team.id);
  const checked = query.useQuery(
    "post",
    "/api/workflows/{workflow}/check",
    { params: { path: { workflow: row.id } }, body: { graph: serialiseWorkflow(workflow), stage, about: [] } },
    { gcTime: 0, placeholderData: (before) => before },
  );
  const publish = query.useMutation("post", "/api/workflows/{workflow}/publish", {
    onSuccess: async (published) => {
      govern(true);
      announce(t(published.version ? "publish.done" : "publish.asked"));
      onDone(published);
      await refresh();
    },
  });
  const send = async (ask: boolean): Promise<void> => {
    const revision = await saving.flush();
    setUnsaved(revision === null);
    if (revision !== null)
      publish.mutate({ params: { path: { workflow: row.id } }, body: { revision, note: note.trim(), stage, ask } });
  };
  if (checked.error) return <Failure error={checked.error} onRetry={() => checked.refetch()} />;
  if (!checked.data) return <Loading lines={6} />;
  const answer = checked.data as unknown as CheckAnswer;
  const obstacles = obstaclesOf(publish.error);
  const findings = obstacles ?? answer.findings;
  const isBlocked = answer.findings.some((finding) => finding.severity === "error");
  const separated = publish.error?.code === "separated_duties";
  return (
    <div className={classes.sheet}>
      <Stack gap="md" className={classes.side}>
        {findings.length > 0 && (
          <section aria-label={t("findings.title")}>
            <h2 className={classes.part}>{t(obstacles || isBlocked ? "publish.obstacles" : "publish.findings")}</h2>
            <div className={classes.findings}>
              <FindingList findings={findings} onLeave={onClose} />
            </div>
            {answer.preview?.counterexamples.map(({ template, rule, owner }) => (
              <Exempting isBrief key={`${template} ${rule}`} template={template} rule={rule} owner={owner} />
            ))}
          </section>
        )}
        <Group align="end" gap="sm">
          <Select
            label={t("publish.stage")}
            data={STAGES.filter((each) => each !== "sandbox").map((each) => ({
              value: each,
              label: t(`stage.${each}`),
            }))}
            value={stage}
            onChange={(next) => next && setStage(next as Stage)}
            flex={1}
          />
          {answer.risk && (
            <Badge
              size="lg"
              mb={7}
              color={answer.risk === "high" ? "red" : answer.risk === "medium" ? "orange" : "gray"}
            >
              {t("publish.risk", { risk: t(`risk.${answer.risk}`) })}
            </Badge>
          )}
        </Group>
        <Textarea
          label={t("publish.note")}
          description={t("publish.note.why")}
          autosize
          minRows={2}
          maxRows={6}
          maxLength={2000}
          value={note}
          data-autofocus
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        {!obstacles && <ProblemAlert error={publish.error} />}
        {unsaved && (
          <Alert color="red" role="alert" title={t("publish.unsaved")}>
            {t("publish.unsaved.wayOut")}
          </Alert>
        )}
        <Group gap="xs">
          {mayPublish && !separated && (
            <Button loading={publish.isPending} disabled={isBlocked} onClick={() => send(false)}>
              {t("publish.do")}
            </Button>
          )}
          <Button
            variant={mayPublish && !separated ? "default" : "filled"}
            loading={publish.isPending}
            disabled={isBlocked}
            onClick={() => send(true)}
          >
            {t("publish.ask")}
          </Button>
        </Group>
        <Text size="sm" c="dimmed">
          {isBlocked ? t("publish.blocked") : t(mayPublish ? "publish.why" : "publish.ask.why")}
        </Text>
      </Stack>
      <Additions answer={answer} workflow={workflow} />
    </div>
  );
}
