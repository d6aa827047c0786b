import { ActionIcon, Button, Checkbox, Group, Select, Text, TextInput } from "@mantine/core";
import { Plus, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { idFrom, type JsonRecord, type Schema, unused } from "@/graph";
import classes from "./ListField.module.css";
import { type FieldType, SCHEMAS, TYPES, typeIn } from "./types";
import { useValues } from "./values";

const typeOf = (schema: Schema): FieldType => typeIn(schema) ?? "object";

/** The fields of a record: what a run starts with, or what is to be extracted. Gives an object schema. */
export function FieldsField({
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
  const { settle } = useValues();
  const fields = Object.entries((value.properties ?? {}) as Record<string, Schema>);
  const required = Array.isArray(value.required) ? value.required.map(String) : [];
  const write = (next: [string, Schema][], wanted: string[]): void => {
    const names = next.map(([each]) => each);
    const kept = wanted.filter((each) => names.includes(each));
    const { required: _, ...rest } = value;
    onChange({
      ...rest,
      type: "object",
      ...(kept.length > 0 && { required: kept }),
      properties: Object.fromEntries(next),
    });
  };
  const change = (at: number, schema: Schema): void =>
    write(
      fields.map(([name, old], index) => [name, index === at ? schema : old]),
      required,
    );
  const fresh = idFrom(t("fields.new"), [], "field");
  /** The name of a new field comes from its title when that is left; what other steps may read keeps its name. */
  const name = (at: number): void => {
    settle();
    const [old, schema] = fields[at] ?? ["", {}];
    const others = fields.filter((_, index) => index !== at).map(([each]) => each);
    const named = idFrom(String(schema.title ?? ""), others, "field");
    if (!old.startsWith(fresh) || named.startsWith(fresh)) return;
    write(
      fields.map((field, index) => (index === at ? [named, schema] : field)),
      required.map((each) => (each === old ? named : each)),
    );
  };
  return (
    <fieldset className={classes.list}>
      <legend>{label}</legend>
      {description && (
        <Text size="xs" c="dimmed">
          {description}
        </Text>
      )}
      {fields.map(([id, schema], at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the name is what is being typed
        <div key={at} className={classes.item} data-field={`inputs.properties.${id}`}>
          <Group gap={6} wrap="nowrap" align="end">
            <TextInput
              label={t("fields.title")}
              value={String(schema.title ?? id)}
              onChange={(event) => change(at, { ...schema, title: event.currentTarget.value })}
              onBlur={() => name(at)}
              flex={1}
            />
            <Select
              label={t("fields.type")}
              w={130}
              data={TYPES.map((type) => ({ value: type, label: t(`type.${type}`) }))}
              value={typeOf(schema)}
              onChange={(type) => {
                const { title, labels } = schema;
                const kept = { ...(title !== undefined && { title }), ...(labels !== undefined && { labels }) };
                change(at, { ...SCHEMAS[(type ?? "string") as FieldType], ...kept });
              }}
            />
            <ActionIcon
              size={36}
              aria-label={t("fields.remove", { name: String(schema.title ?? id) })}
              onClick={() =>
                write(
                  fields.filter((_, index) => index !== at),
                  required,
                )
              }
            >
              <Trash2 aria-hidden size={15} />
            </ActionIcon>
          </Group>
          <Checkbox
            mt={8}
            size="sm"
            label={t("fields.required")}
            checked={required.includes(id)}
            onChange={(event) =>
              write(fields, event.currentTarget.checked ? [...required, id] : required.filter((each) => each !== id))
            }
          />
        </div>
      ))}
      <Button
        variant="default"
        size="xs"
        leftSection={<Plus aria-hidden size={14} />}
        onClick={() => {
          const title = t("fields.new");
          const id = unused(
            fresh,
            fields.map(([each]) => each),
          );
          write([...fields, [id, { ...SCHEMAS.string, title }]], [...required, id]);
        }}
      >
        {t("fields.add")}
      </Button>
    </fieldset>
  );
}
