import { Button, Group, Input, SegmentedControl, Stack, Switch, Text, TextInput } from "@mantine/core";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { query, type TriggerRow } from "@/api/client";
import { Condition } from "@/forms/Condition";
import { type Values, ValuesContext } from "@/forms/values";
import type { Schema } from "@/graph";
import { announce } from "@/kit/announce";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { useStale } from "@/kit/stale";
import { heldTo, Pinned } from "../Pinned";
import type { Bindings } from "../TriggerInputs";
import { WholeNumber } from "../WholeNumber";
import { errorsOf } from "../Wrong";
import { HookInputs } from "./HookInputs";
import { offersOf } from "./offers";

export type HookSettings = {
  signed: boolean;
  when: string;
  answer: "at_once" | "wait";
  wait_seconds: number;
  per_minute: number;
};

const USUAL: HookSettings = { signed: true, when: "", answer: "at_once", wait_seconds: 10, per_minute: 600 };

/** The settings as they are kept, with what they leave unsaid. A file may have brought anything. */
export const settingsOf = (trigger: TriggerRow): HookSettings => {
  const said = Object.entries(trigger.settings).filter(
    ([name, value]) => typeof value === typeof USUAL[name as keyof HookSettings],
  );
  return { ...USUAL, ...(Object.fromEntries(said) as Partial<HookSettings>) };
};

/** What a webhook takes and how it answers: which deliveries start a run, at once or with the result, how many. */
export function HookSettingsForm({
  trigger,
  inputs,
  live,
}: {
  trigger: TriggerRow;
  inputs: Schema;
  live: number | null;
}) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState(() => settingsOf(trigger));
  const [name, setName] = useState(trigger.name);
  const kept = trigger.inputs as Bindings | null;
  const [bound, setBound] = useState(kept);
  const [pinned, setPinned] = useState(() => heldTo(trigger.pinned, live));
  const stale = useStale("/api/triggers", "/api/workflows");
  const answers = useId();
  const save = query.useMutation("patch", "/api/triggers/{trigger}", {
    onSuccess: async () => {
      await stale();
      announce(t("settings.saved"));
    },
  });
  const set = (change: Partial<HookSettings>): void => setWanted((was) => ({ ...was, ...change }));
  const said = JSON.stringify([wanted, name.trim(), bound, pinned]);
  // What a file brought may be wrong where the form shows what is usual: then saving mends it.
  const isChanged =
    errorsOf(trigger).length > 0 || said !== JSON.stringify([settingsOf(trigger), trigger.name, kept, trigger.pinned]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const params = { path: { trigger: trigger.id }, header: { "if-match": `"${trigger.revision}"` } };
    save.mutate({ params, body: { settings: wanted, name: name.trim(), inputs: bound, pinned } });
  };
  const path = { params: { path: { trigger: trigger.id } } };
  const sample = query.useQuery("get", "/api/triggers/{trigger}/webhook/sample", path);
  // The body is the input itself, or else what a sample showed of it.
  const offers = offersOf(bound === null ? inputs : ((sample.data?.body ?? {}) as Schema));
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
        <TextInput
          label={t("triggers.name")}
          value={name}
          maxLength={200}
          required
          withAsterisk={false}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <HookInputs trigger={trigger.id} inputs={inputs} value={bound} onChange={setBound} />
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
          <Input.Label component="div" mb={6} id={answers}>
            {t("webhook.answer")}
          </Input.Label>
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
              <WholeNumber
                label={t("webhook.waitSeconds")}
                w={170}
                min={1}
                max={60}
                value={wanted.wait_seconds}
                onChange={(wait_seconds) => set({ wait_seconds })}
              />
            )}
          </Group>
          <Text size="sm" c="dimmed" mt={6}>
            {t(`webhook.answer.${wanted.answer}.why`)}
          </Text>
        </div>
        <WholeNumber
          label={t("webhook.perMinute")}
          description={t("webhook.perMinute.why")}
          maw={260}
          min={1}
          max={60_000}
          value={wanted.per_minute}
          onChange={(per_minute) => set({ per_minute })}
        />
        <Switch
          label={t("webhook.signed")}
          description={t("webhook.signed.why")}
          checked={wanted.signed}
          onChange={(event) => set({ signed: event.currentTarget.checked })}
        />
        <Pinned live={live} kept={trigger.pinned} value={pinned} onChange={setPinned} />
        <Group justify="flex-end">
          <Button type="submit" variant="default" disabled={!isChanged || !name.trim()} loading={save.isPending}>
            {t("kit.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
