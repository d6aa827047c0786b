import { Button, Checkbox, Group, Modal, Stack, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { sayType } from "@/forms/types";
import type { JsonRecord, Schema } from "@/graph";
import { announce } from "@/kit/announce";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { useStale } from "@/kit/stale";

const NAME = /^[A-Za-z_]\w{0,63}$/;

/** The fields that a real delivery showed, put into the draft's inputs as one change that can be taken back. */
export function SampleDialog({
  workflow,
  body,
  inputs,
  onClose,
}: {
  workflow: string;
  body: Schema;
  inputs: Schema;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const stale = useStale("/api/workflows");
  const shown = (body.properties ?? {}) as Record<string, Schema>;
  const known = (inputs.properties ?? {}) as Record<string, Schema>;
  const fields = Object.keys(shown).filter((name) => NAME.test(name));
  const left = Object.keys(shown).filter((name) => !NAME.test(name));
  const [chosen, setChosen] = useState(() => fields.filter((name) => !Object.hasOwn(known, name)));
  const [problem, setProblem] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    setBusy(true);
    setProblem(await propose(workflow, chosen, shown));
    setBusy(false);
  };
  async function propose(id: string, names: string[], schemas: Record<string, Schema>): Promise<unknown> {
    const params = { path: { workflow: id } };
    const draft = await api.GET("/api/workflows/{workflow}/draft", { params });
    if (!draft.data) return draft.error;
    const graph = draft.data.graph as JsonRecord;
    const before = (graph.inputs ?? {}) as Schema;
    const added = Object.fromEntries(names.map((name) => [name, schemas[name] as Schema]));
    const next = { ...before, type: "object", properties: { ...((before.properties ?? {}) as object), ...added } };
    const saved = await api.PUT("/api/workflows/{workflow}/draft", {
      params: { ...params, header: { "if-match": `"${draft.data.revision}"` } },
      body: { graph: { ...graph, inputs: next } },
    });
    if (!saved.data) return saved.error;
    await stale();
    announce(t("webhook.sample.done"));
    await navigate({ to: "/workflows/$id", params: { id } });
    return null;
  }
  return (
    <Modal opened onClose={onClose} title={t("webhook.sample.use")}>
      <Stack>
        <ProblemAlert error={problem} />
        {fields.length === 0 ? (
          <Text>{t("webhook.sample.noFields")}</Text>
        ) : (
          <Checkbox.Group
            label={t("webhook.sample.fields")}
            description={t("webhook.sample.fields.why")}
            value={chosen}
            onChange={setChosen}
          >
            <Stack gap={6} mt="sm">
              {fields.map((name) => (
                <Checkbox
                  key={name}
                  value={name}
                  label={`${name} · ${sayType((shown[name] ?? {}) as Schema, t)}`}
                  description={Object.hasOwn(known, name) ? t("webhook.sample.known") : undefined}
                />
              ))}
            </Stack>
          </Checkbox.Group>
        )}
        {fields.length > 0 && left.length > 0 && (
          <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
            {t("webhook.sample.left", { names: left.join(", ") })}
          </Text>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t("kit.cancel")}
          </Button>
          <Button loading={isBusy} disabled={chosen.length === 0} onClick={submit}>
            {t("webhook.sample.put")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
