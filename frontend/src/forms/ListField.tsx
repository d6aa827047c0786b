import { ActionIcon, Button, Group, Text } from "@mantine/core";
import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Json, JsonRecord } from "@/graph";
import classes from "./ListField.module.css";

/** A list of records: each a small form, with buttons to order, add and take away. */
export function ListField({
  label,
  description,
  value,
  onChange,
  start,
  form,
}: {
  label: string;
  description?: string;
  value: Json[];
  onChange: (value: Json[]) => void;
  /** A new item. */
  start: () => Json;
  form: (item: JsonRecord, at: number, onChange: (item: JsonRecord) => void) => ReactNode;
}) {
  const { t } = useTranslation();
  const swap = (at: number, to: number): void => {
    const next = [...value];
    [next[at], next[to]] = [next[to] as Json, next[at] as Json];
    onChange(next);
  };
  return (
    <fieldset className={classes.list}>
      <legend>{label}</legend>
      {description && (
        <Text size="xs" c="dimmed">
          {description}
        </Text>
      )}
      {value.map((each, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an item is its place, it has no other name
        <div key={at} className={classes.item}>
          <Group justify="space-between" mb={4}>
            <Text size="xs" c="dimmed" fw={600}>
              {at + 1}
            </Text>
            <Group gap={0}>
              <ActionIcon
                aria-label={t("form.up", { at: at + 1 })}
                disabled={at === 0}
                onClick={() => swap(at, at - 1)}
              >
                <ArrowUp aria-hidden size={15} />
              </ActionIcon>
              <ActionIcon
                aria-label={t("form.down", { at: at + 1 })}
                disabled={at === value.length - 1}
                onClick={() => swap(at, at + 1)}
              >
                <ArrowDown aria-hidden size={15} />
              </ActionIcon>
              <ActionIcon
                aria-label={t("form.remove", { at: at + 1 })}
                onClick={() => onChange(value.filter((_, index) => index !== at))}
              >
                <Trash2 aria-hidden size={15} />
              </ActionIcon>
            </Group>
          </Group>
          {form((each ?? {}) as JsonRecord, at, (next) =>
            onChange(value.map((old, index) => (index === at ? next : old))),
          )}
        </div>
      ))}
      <Button
        variant="default"
        size="xs"
        leftSection={<Plus aria-hidden size={14} />}
        onClick={() => onChange([...value, start()])}
      >
        {t("form.add")}
      </Button>
    </fieldset>
  );
}
