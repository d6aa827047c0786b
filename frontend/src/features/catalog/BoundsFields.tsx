import { Select, Stack, Switch, TagsInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { NodeTemplate } from "@/api/client";
import type { NodeType, Schema } from "@/graph";
import { AnswersField } from "./AnswersField";
import { GatherField } from "./GatherField";

type Source = NodeTemplate["source"];
const AFTER = ["keyed", "query", "retry_safe", "unsafe"] as const;
const LABELS = ["personal", "confidential", "secret", "untrusted"];

/** What IT knows of the place behind the step, narrower than the node type says: where, what comes back, what it does. */
export function BoundsFields({
  base,
  source,
  set,
}: {
  base: NodeType;
  source: Source;
  set: (part: Partial<Source>) => void;
}) {
  const { t } = useTranslation();
  const effects = ["none", "read"].filter((effect) => effect !== base.effects.effect);
  return (
    <Stack>
      <TagsInput
        label={t("catalog.hosts")}
        description={t("catalog.hosts.why")}
        value={source.hosts ?? []}
        onChange={(hosts) => set({ hosts })}
        splitChars={[",", " "]}
      />
      <TagsInput
        label={t("catalog.emits")}
        description={t("catalog.emits.why")}
        data={LABELS}
        value={source.emits ?? []}
        onChange={(emits) => set({ emits })}
        splitChars={[",", " "]}
      />
      <Select
        label={t("catalog.effect")}
        description={t("catalog.effect.why")}
        placeholder={t("catalog.asType")}
        data={effects.map((effect) => ({ value: effect, label: t(`catalog.effect.${effect as "none" | "read"}`) }))}
        value={source.effect ?? null}
        onChange={(effect) => set({ effect: effect as Source["effect"] })}
        clearable
        clearButtonProps={{ "aria-label": t("form.clear", { field: t("catalog.effect") }) }}
      />
      <Select
        label={t("catalog.after")}
        description={t("catalog.after.why")}
        placeholder={t("catalog.asType")}
        data={AFTER.map((word) => ({ value: word, label: t(`catalog.after.${word}`) }))}
        value={source.after_crash ?? null}
        onChange={(word) => set({ after_crash: word as Source["after_crash"] })}
        clearable
        clearButtonProps={{ "aria-label": t("form.clear", { field: t("catalog.after") }) }}
      />
      <Switch
        label={t("catalog.irreversible")}
        description={t("catalog.irreversible.why")}
        checked={source.irreversible ?? false}
        onChange={(event) => set({ irreversible: event.currentTarget.checked })}
      />
      <GatherField base={base} source={source} onChange={(gather) => set({ gather })} />
      <AnswersField
        base={base}
        value={(source.answers ?? {}) as Record<string, Schema>}
        onChange={(answers) => set({ answers })}
      />
    </Stack>
  );
}
