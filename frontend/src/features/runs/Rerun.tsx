import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { query, type RunDetail } from "@/api/client";
import { SchemaForm } from "@/forms/SchemaForm";
import { TYPED, ValuesContext } from "@/forms/values";
import type { JsonRecord, Schema } from "@/graph";
import { announce } from "@/kit/announce";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { useStale } from "@/kit/stale";

/** Starts the same version once more, with the inputs of this run or others. */
export function Rerun({ run, onClose }: { run: RunDetail; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const stale = useStale("/api/runs");
  const [input, setInput] = useState<JsonRecord>(() => (run.payload ? ((run.input ?? {}) as JsonRecord) : {}));
  const rerun = query.useMutation("post", "/api/runs/{run}/rerun", {
    onSuccess: async ({ run: made }) => {
      announce(t("run.rerun.done"));
      onClose();
      await navigate({ to: "/runs/$id", params: { id: made } });
      stale();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    rerun.mutate({ params: { path: { run: run.id } }, body: { input } });
  };
  const schema = (run.graph.inputs ?? { type: "object", properties: {} }) as Schema;
  return (
    <Modal opened onClose={onClose} title={t("run.rerun")} size="lg">
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm" c="dimmed">
            {t(run.mode === "live" ? "run.rerun.live" : "run.rerun.dry")}
          </Text>
          <ValuesContext value={{ ...TYPED, team: run.team?.id }}>
            <SchemaForm schema={schema} value={input} onChange={setInput} path="input" />
          </ValuesContext>
          <ProblemAlert error={rerun.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t("kit.cancel")}
            </Button>
            <Button type="submit" loading={rerun.isPending}>
              {t("run.rerun.start")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
