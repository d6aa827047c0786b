import { Input, SegmentedControl, Stack, Text } from "@mantine/core";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import type { Schema } from "@/graph";
import { type Bindings, TriggerInputs } from "../TriggerInputs";
import { offersOf } from "./offers";

/** What a run is given: the whole body, or each field from a part of it; the newest sample says which parts there are. */
export function HookInputs({
  trigger,
  inputs,
  value,
  onChange,
}: {
  trigger: string;
  inputs: Schema;
  value: Bindings | null;
  onChange: (value: Bindings | null) => void;
}) {
  const { t } = useTranslation();
  const name = useId();
  const path = { params: { path: { trigger } } };
  const sample = query.useQuery("get", "/api/triggers/{trigger}/webhook/sample", path);
  const known = (sample.data?.body ?? inputs) as Schema;
  // Each input may come whole from a field of its name; what is in it can be given to another one.
  const whole = Object.keys((inputs.properties ?? {}) as object).map((field) => `body.${field}`);
  const paths = [...new Set([...whole, ...[...offersOf(known), ...offersOf(inputs)].map((each) => each.path)])];
  const sources = [
    ...paths.map((each) => ({ path: each, label: each.replace(/^body\./, "") })),
    { path: "body", label: t("webhook.inputs.body") },
  ];
  const each = (): Bindings =>
    Object.fromEntries(
      Object.keys((inputs.properties ?? {}) as object).map((field) => [field, { from: `body.${field}` }]),
    );
  return (
    <Stack gap={6}>
      <Input.Label component="div" id={name}>
        {t("triggers.inputs")}
      </Input.Label>
      <SegmentedControl
        aria-labelledby={name}
        value={value === null ? "body" : "fields"}
        onChange={(next) => onChange(next === "body" ? null : each())}
        data={[
          { value: "body", label: t("webhook.inputs.whole") },
          { value: "fields", label: t("webhook.inputs.each") },
        ]}
        style={{ alignSelf: "start" }}
      />
      <Text size="sm" c="dimmed">
        {t(value === null ? "webhook.inputs.whole.why" : "webhook.inputs.each.why")}
      </Text>
      {value !== null && <TriggerInputs schema={inputs} sources={sources} value={value} onChange={onChange} />}
    </Stack>
  );
}
