import { ActionIcon, Button, Group, Text, TextInput } from "@mantine/core";
import { Plus, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { JsonRecord } from "@/graph";
import classes from "./ListField.module.css";

/** Names with texts, such as headers. */
export function Pairs({
  label,
  description,
  value,
  onChange,
}: {
  label: string;
  description?: string;
  value: JsonRecord;
  onChange: (value: JsonRecord) => void;
}) {
  const { t } = useTranslation();
  const pairs = Object.entries(value);
  const set = (at: number, name: string, text: string): void =>
    onChange(Object.fromEntries(pairs.map((pair, index) => (index === at ? [name, text] : pair))));
  return (
    <fieldset className={classes.list}>
      <legend>{label}</legend>
      {description && (
        <Text size="xs" c="dimmed">
          {description}
        </Text>
      )}
      {pairs.map(([name, text], at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the name is what is being typed
        <Group key={at} gap={6} wrap="nowrap">
          <TextInput
            aria-label={t("form.name", { at: at + 1 })}
            value={name}
            onChange={(event) => set(at, event.currentTarget.value, String(text))}
          />
          <TextInput
            aria-label={t("form.value", { name })}
            value={String(text)}
            onChange={(event) => set(at, name, event.currentTarget.value)}
          />
          <ActionIcon
            aria-label={t("form.remove", { at: at + 1 })}
            onClick={() => onChange(Object.fromEntries(pairs.filter((_, index) => index !== at)))}
          >
            <Trash2 aria-hidden size={15} />
          </ActionIcon>
        </Group>
      ))}
      <Button
        variant="default"
        size="xs"
        leftSection={<Plus aria-hidden size={14} />}
        disabled={"" in value}
        onClick={() => onChange({ ...value, "": "" })}
      >
        {t("form.add")}
      </Button>
    </fieldset>
  );
}
