import { Button, Group, Modal, Radio, Select, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { JsonRecord, Schema } from "@/graph";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { wordsOf } from "@/kit/problem";
import type { Trigger, Triggers } from "./kinds";
import { heldTo, Pinned } from "./Pinned";
import { ScheduleNext, usePreview } from "./ScheduleNext";
import { ScheduleWhen } from "./ScheduleWhen";
import { MISSED, newSettings, OVERLAP, readSettings, type Settings, zonesOf } from "./scheduleWords";
import { type Bindings, TriggerInputs } from "./TriggerInputs";
import { useSaveTrigger } from "./useSaveTrigger";
import { WholeNumber } from "./WholeNumber";

type Props = { workflow: string; list: Triggers; trigger: Trigger | null; onClose: () => void };

/** A schedule, new or changed: when, with what, and what happens when runs meet or times are missed. */
export function ScheduleDialog({ workflow, list, trigger, onClose }: Props) {
  const { t } = useTranslation();
  const say = t as unknown as (key: string) => string;
  const [name, setName] = useState(trigger?.name ?? "");
  const [settings, setSettings] = useState<Settings>(() =>
    trigger ? readSettings(trigger.settings as JsonRecord) : newSettings(),
  );
  const [inputs, setInputs] = useState<Bindings>((trigger?.inputs ?? {}) as Bindings);
  const kept = trigger?.pinned ?? null;
  const [pinned, setPinned] = useState(() => heldTo(kept, list.version));
  const zones = useMemo(() => zonesOf(settings.zone), [settings.zone]);
  const preview = usePreview(settings);
  const { save, error, forget, isBusy } = useSaveTrigger(workflow, trigger, onClose);
  const set = (more: Partial<Settings>): void => {
    forget(); // what was said of the settings before is not said of these
    setSettings((before) => ({ ...before, ...more }));
  };
  const wrong = preview?.findings.map((each) => wordsOf(each as { code: string; sentence: string }, t));
  const send = (event: FormEvent): void => {
    event.preventDefault();
    save({
      kind: "schedule",
      name: name.trim() || t("triggers.schedule.name"),
      settings: settings as unknown as Record<string, unknown>,
      inputs: inputs as Record<string, Record<string, unknown>>,
      pinned,
    });
  };
  const sources = ["due", "day", "time", "zone", "late"].map((field) => ({
    path: `fire.${field}`,
    label: say(`triggers.fire.${field}`),
  }));
  return (
    <Modal opened onClose={onClose} size="lg" title={t(trigger ? "triggers.schedule.edit" : "triggers.schedule.new")}>
      <form onSubmit={send}>
        <Stack gap="lg">
          <TextInput
            label={t("triggers.name")}
            placeholder={t("triggers.schedule.name")}
            value={name}
            maxLength={200}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
          />
          <ScheduleWhen
            value={settings.when}
            error={wrong?.map((each) => `${each.sentence} ${each.wayOut}`).join(" ") || undefined}
            onChange={(when) => set({ when })}
          />
          <Select
            label={t("triggers.zone")}
            searchable
            limit={60}
            allowDeselect={false}
            nothingFoundMessage={t("triggers.zone.none")}
            data={zones}
            value={settings.zone}
            onChange={(zone) => zone && set({ zone })}
          />
          <ScheduleNext preview={preview} settings={settings} />
          <Stack gap={6}>
            <Text fw={600}>{t("triggers.inputs")}</Text>
            <TriggerInputs schema={list.inputs as Schema} sources={sources} value={inputs} onChange={setInputs} />
          </Stack>
          <Radio.Group
            label={t("triggers.overlap")}
            value={settings.overlap}
            onChange={(next) => set({ overlap: next as Settings["overlap"] })}
          >
            <Stack gap={6} mt={6}>
              {OVERLAP.map((word) => (
                <Radio key={word} value={word} label={say(`triggers.overlap.${word}`)} />
              ))}
            </Stack>
          </Radio.Group>
          <Radio.Group
            label={t("triggers.missed")}
            description={t("triggers.missed.why")}
            value={settings.missed}
            onChange={(next) => set({ missed: next as Settings["missed"] })}
          >
            <Stack gap={6} mt={6}>
              {MISSED.map((word) => (
                <Radio key={word} value={word} label={say(`triggers.missed.${word}`)} />
              ))}
            </Stack>
          </Radio.Group>
          {settings.missed === "all" && (
            <WholeNumber
              label={t("triggers.atMost")}
              w={180}
              min={1}
              max={100}
              value={settings.at_most}
              onChange={(at_most) => set({ at_most })}
            />
          )}
          <Pinned live={list.version} kept={kept} value={pinned} onChange={setPinned} />
          <ProblemAlert error={error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t("kit.cancel")}
            </Button>
            <Button type="submit" loading={isBusy}>
              {t("kit.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
