import { Button, Group, JsonInput, Modal, Radio, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { query, type RunDetail } from "@/api/client";
import type { Json } from "@/graph";
import { announce } from "@/kit/announce";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { useStale } from "@/kit/stale";

const ANSWERS = ["happened", "repeat", "give_up"] as const;
type Answer = (typeof ANSWERS)[number];

/** Nobody saw whether a write happened: a person looks where it would have arrived, and says. */
export function Clarify({ run, step, onClose }: { run: RunDetail; step: string; onClose: () => void }) {
  const { t } = useTranslation();
  const stale = useStale("/api/runs");
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [output, setOutput] = useState("");
  const clarify = query.useMutation("post", "/api/runs/{run}/steps/{path}/clarify", {
    onSuccess: async () => {
      await stale();
      announce(t("run.clarified"));
      onClose();
    },
  });
  const given = read(output);
  const isReady = answer !== null && (answer !== "happened" || given !== BROKEN);
  const send = (): void => {
    if (!isReady) return;
    const more = answer === "happened" && given !== undefined ? { output: given as Json } : {};
    clarify.mutate({ params: { path: { run: run.id, path: step } }, body: { answer, ...more } });
  };
  return (
    <Modal opened onClose={onClose} title={t("run.clarify")} size="lg">
      <Stack>
        <Text>{t("run.clarify.why")}</Text>
        <Radio.Group aria-label={t("run.clarify")} value={answer} onChange={(value) => setAnswer(value as Answer)}>
          <Stack gap="xs">
            {ANSWERS.map((each) => (
              <Radio
                key={each}
                value={each}
                label={t(`run.clarify.${each}`)}
                description={t(`run.clarify.${each}.why`)}
              />
            ))}
          </Stack>
        </Radio.Group>
        {answer === "happened" && (
          <JsonInput
            label={t("run.clarify.output")}
            description={t("run.clarify.output.why")}
            autosize
            minRows={2}
            maxRows={10}
            value={output}
            error={given === BROKEN ? t("run.clarify.notJson") : undefined}
            onChange={setOutput}
          />
        )}
        <ProblemAlert error={clarify.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t("kit.cancel")}
          </Button>
          <Button disabled={!isReady} loading={clarify.isPending} onClick={send}>
            {t("run.clarify.send")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

const BROKEN = Symbol("not JSON");

function read(text: string): Json | typeof BROKEN | undefined {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return BROKEN;
  }
}
