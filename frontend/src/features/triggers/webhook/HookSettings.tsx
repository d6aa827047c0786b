import { Button, Group, NumberInput, SegmentedControl, Stack, Switch, Text } from "@mantine/core";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { query, type TriggerRow } from "@/api/client";
import type { Offer } from "@/api/pending";
import { Condition } from "@/forms/Condition";
import { type Values, ValuesContext } from "@/forms/values";
import type { Schema } from "@/graph";
import { announce } from "@/kit/announce";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { useStale } from "@/kit/stale";

export type HookSettings = {
  signed: boolean;
  when: string;
  answer: "at_once" | "wait";
  wait_seconds: number;
  per_minute: number;
};

export const settingsOf = (trigger: TriggerRow): HookSettings => ({
  signed: true,
  when: "",
  answer: "at_once",
  wait_seconds: 10,
  per_minute: 600,
  ...(trigger.settings as Partial<HookSettings>),
});

/** Fields of a body that a condition can name, two levels deep. */
function offersOf(schema: Schema, base = "body", depth = 0): Offer[] {
  const fields = Object.entries((schema.properties ?? {}) as Record<string, Schema>);
  return fields.flatMap(([name, field]) => {
    const path = `${base}.${name}`;
    if (!/^[A-Za-z_]\w*$/.test(name)) return [];
    const type = Array.isArray(field.type) ? field.type[0] : field.type;
    if (type === "object" && depth < 2) return offersOf(field, path, depth + 1);
    return [{ path, word: "fits" as const, reason: "", sure: true, ...(type && { type: String(type) }) }];
  });
}

/** What a webhook takes and how it answers: which deliveries start a run, at once or with the result, how many. */
export function HookSettingsForm({ trigger, body }: { trigger: TriggerRow; body: Schema }) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState(() => settingsOf(trigger));
  const stale = useStale("/api/triggers", "/api/workflows");
  const answers = useId();
  const save = query.useMutation("patch", "/api/triggers/{trigger}", {
    onSuccess: async () => {
      await stale();
      announce(t("settings.saved"));
    },
  });
  const set = (change: Partial<HookSettings>): void => setWanted((was) => ({ ...was, ...change }));
  const isChanged = JSON.stringify(wanted) !== JSON.stringify(settingsOf(trigger));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const params = { path: { trigger: trigger.id }, header: { "if-match": `"${trigger.revision}"` } };
    save.mutate({ params, body: { settings: wanted } });
  };
  const offers = offersOf(body);
  const values: Values = {
    describe: (path) => ({ step: path.replace(/^body\./, ""), field: "", kind: "input" }),
    offers: () => offers,
    name: (offer) => offer.path,
    settle: () => {},
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="lg">
        <ProblemAlert error={save.error} />
        <ValuesContext.Provider value={values}>
          <Condition
            label={t("webhook.when")}
            description={t(offers.length ? "webhook.when.why" : "webhook.when.noFields")}
            scope="inputs"
            value={wanted.when}
            isRequired={false}
            onChange={(when) => set({ when: typeof when === "string" ? when : "" })}
          />
        </ValuesContext.Provider>
        <div>
          <Text component="div" size="sm" fw={500} mb={6} id={answers}>
            {t("webhook.answer")}
          </Text>
          <Group gap="sm" align="end">
            <SegmentedControl
              aria-labelledby={answers}
              value={wanted.answer}
              onChange={(answer) => set({ answer: answer as HookSettings["answer"] })}
              data={[
                { value: "at_once", label: t("webhook.answer.at_once") },
                { value: "wait", label: t("webhook.answer.wait") },
              ]}
            />
            {wanted.answer === "wait" && (
              <NumberInput
                label={t("webhook.waitSeconds")}
                w={170}
                min={1}
                max={60}
                value={wanted.wait_seconds}
                onChange={(value) => set({ wait_seconds: Number(value) || 1 })}
              />
            )}
          </Group>
          <Text size="sm" c="dimmed" mt={6}>
            {t(`webhook.answer.${wanted.answer}.why`)}
          </Text>
        </div>
        <NumberInput
          label={t("webhook.perMinute")}
          description={t("webhook.perMinute.why")}
          maw={260}
          min={1}
          max={60_000}
          value={wanted.per_minute}
          onChange={(value) => set({ per_minute: Number(value) || 1 })}
        />
        <Switch
          label={t("webhook.signed")}
          description={t("webhook.signed.why")}
          checked={wanted.signed}
          onChange={(event) => set({ signed: event.currentTarget.checked })}
        />
        <Group justify="flex-end">
          <Button type="submit" variant="default" disabled={!isChanged} loading={save.isPending}>
            {t("kit.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
