import { Chip, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { DAYS, dayName, EVERY, type Every, STEPS, startWhen, type When } from "./scheduleWords";
import { WholeNumber } from "./WholeNumber";

type Props = { value: When; error?: string | undefined; onChange: (value: When) => void };

/** When runs are due: a plain choice first, the expression one choice away. */
export function ScheduleWhen({ value, error, onChange }: Props) {
  const { t, i18n } = useTranslation();
  const say = t as unknown as (key: string) => string;
  const set = (more: Partial<When>): void => onChange({ ...value, ...more });
  return (
    <Stack gap="sm">
      <Group align="flex-start" gap="sm" wrap="wrap">
        <Select
          label={t("triggers.when")}
          w={230}
          allowDeselect={false}
          data={EVERY.map((every) => ({ value: every, label: say(`triggers.every.${every}`) }))}
          value={value.every}
          onChange={(every) => every && onChange(startWhen(every as Every, value))}
        />
        {(value.every === "minutes" || value.every === "hours") && (
          <Select
            label={t(value.every === "minutes" ? "triggers.step.minutes" : "triggers.step.hours")}
            w={150}
            allowDeselect={false}
            data={STEPS[value.every].map(String)}
            value={String(value.step ?? 1)}
            onChange={(step) => set({ step: Number(step) })}
          />
        )}
        {value.every === "hours" && (
          <WholeNumber
            label={t("triggers.minute")}
            w={150}
            min={0}
            max={59}
            value={value.minute ?? 0}
            onChange={(minute) => set({ minute })}
          />
        )}
        {value.every === "month" && (
          <Select
            label={t("triggers.dayOfMonth")}
            w={150}
            allowDeselect={false}
            data={[
              ...Array.from({ length: 28 }, (_, at) => ({ value: String(at + 1), label: `${at + 1}.` })),
              { value: "last", label: t("triggers.lastDay") },
            ]}
            value={String(value.day ?? 1)}
            onChange={(day) => set({ day: day === "last" ? "last" : Number(day) })}
          />
        )}
        {value.at !== undefined && (
          <TextInput
            type="time"
            label={t("triggers.at")}
            w={130}
            value={value.at}
            onChange={(event) => set({ at: event.currentTarget.value.slice(0, 5) })}
          />
        )}
      </Group>
      {value.every === "week" && (
        <Chip.Group multiple value={value.on ?? []} onChange={(on) => on.length > 0 && set({ on })}>
          <Group gap={6} role="group" aria-label={t("triggers.days")}>
            {DAYS.map((day) => (
              <Chip key={day} value={day} size="sm" title={dayName(day, i18n.language)}>
                {dayName(day, i18n.language, "short")}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      )}
      {value.every === "cron" && (
        <TextInput
          label={t("triggers.cron")}
          description={t("triggers.cron.why")}
          error={error}
          spellCheck={false}
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
          value={value.cron ?? ""}
          maxLength={200}
          onChange={(event) => set({ cron: event.currentTarget.value })}
        />
      )}
      {error && value.every !== "cron" && (
        <Text size="sm" c="var(--bad)" role="alert">
          {error}
        </Text>
      )}
    </Stack>
  );
}
