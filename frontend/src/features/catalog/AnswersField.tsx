import { Select, Stack, Switch, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { FieldsField } from "@/forms/FieldsField";
import { JsonField } from "@/forms/JsonField";
import { titleOf } from "@/forms/shape";
import { SCHEMAS, typeIn } from "@/forms/types";
import type { JsonRecord, NodeType, Schema } from "@/graph";
import classes from "./examples/examples.module.css";
import { fieldsOf, recordIn } from "./examples/form";

type Answers = Record<string, Schema>;

/** What a word says of an answer: nothing of how long a text is, or of what is in a list or a record. No file comes. */
const { file: _, ...COMMON } = SCHEMAS;
const MADE = {
  ...COMMON,
  string: { type: "string" },
  array: { type: "array", items: {} },
  object: { type: "object", properties: {} },
} satisfies Record<string, Schema>;
type Simple = keyof typeof MADE;

/** What each field of the answer must look like: nothing said, a type, or a record of named fields. */
export function AnswersField({
  base,
  value,
  onChange,
}: {
  base: NodeType;
  value: Answers;
  onChange: (answers: Answers) => void;
}) {
  const { t } = useTranslation();
  const known = new Map(fieldsOf(base.output));
  const names = [...new Set([...known.keys(), ...Object.keys(value)])];
  return (
    <fieldset className={classes.part}>
      <legend>{t("catalog.answers")}</legend>
      <Text size="xs" c="dimmed">
        {t(names.length > 0 ? "catalog.answers.why" : "catalog.answers.none")}
      </Text>
      <Stack gap="md">
        {names.map((name) => (
          <Answer
            key={name}
            title={titleOf(known.get(name) ?? {}, name)}
            schema={value[name]}
            onChange={(schema) => {
              const { [name]: _, ...others } = value;
              onChange(schema ? { ...others, [name]: schema } : others);
            }}
          />
        ))}
      </Stack>
    </fieldset>
  );
}

function Answer({
  title,
  schema,
  onChange,
}: {
  title: string;
  schema: Schema | undefined;
  onChange: (schema: Schema | undefined) => void;
}) {
  const { t } = useTranslation();
  const [isJson, setJson] = useState(false);
  const type = schema && typeIn(schema);
  const choose = (next: string | null): void => {
    if (next !== type) onChange(next ? MADE[next as Simple] : undefined);
  };
  return (
    <div>
      <Select
        label={title}
        maw={260}
        data={[
          { value: "", label: t("catalog.asType") },
          ...(Object.keys(MADE) as Simple[]).map((each) => ({ value: each, label: t(`type.${each}`) })),
        ]}
        value={schema ? (type ?? null) : ""}
        placeholder={t("type.any")}
        allowDeselect={false}
        onChange={choose}
      />
      {schema && (
        <div className={classes.compared}>
          <Switch
            size="xs"
            mb={6}
            label={t("catalog.asJson")}
            aria-label={t("catalog.asJson.of", { field: title })}
            checked={isJson}
            onChange={(event) => setJson(event.currentTarget.checked)}
          />
          {isJson ? (
            <JsonField
              label={t("catalog.answers.schema", { field: title })}
              value={schema}
              onChange={(next) => onChange(recordIn(next))}
            />
          ) : (
            type === "object" && (
              <FieldsField
                label={t("catalog.answers.fields", { field: title })}
                value={schema as JsonRecord}
                onChange={onChange}
              />
            )
          )}
        </div>
      )}
    </div>
  );
}
