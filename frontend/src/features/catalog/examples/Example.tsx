import { Alert, Badge, Button, Group, Stack, Switch, TagsInput, Text, TextInput, Title } from "@mantine/core";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { JsonField } from "@/forms/JsonField";
import { SchemaForm } from "@/forms/SchemaForm";
import { TYPED, ValuesContext } from "@/forms/values";
import { idFrom, type JsonRecord } from "@/graph";
import { AnyField } from "./AnyField";
import { DataForm } from "./DataForm";
import { Expected } from "./Expected";
import classes from "./examples.module.css";
import { type ExampleForm, fieldsOf, put, recordIn } from "./form";
import { OtherSide } from "./OtherSide";

type Props = { form: ExampleForm; example: JsonRecord; onChange: (example: JsonRecord) => void };

/** One example: what is set and given, what the other side says to it, and what must come of it. */
export function Example({
  at,
  problems,
  onRemove,
  ...props
}: Props & { at: number; problems: string[] | null; onRemove: () => void }) {
  const { form, example, onChange } = props;
  const { t } = useTranslation();
  const [isJson, setJson] = useState(false);
  const name = String(example.title || t("catalog.example.unnamed"));
  return (
    <section className={classes.example} aria-label={t("catalog.example.number", { at, name })}>
      <Group justify="space-between" gap="xs" mb="sm">
        <Group gap="xs">
          <Title order={3} size="h5">
            {t("catalog.example.number", { at, name })}
          </Title>
          {problems && (
            <Badge variant="light" color={problems.length > 0 ? "red" : "green"}>
              {t(problems.length > 0 ? "catalog.example.fails" : "catalog.example.passes")}
            </Badge>
          )}
        </Group>
        <Group gap="md">
          <Switch
            size="xs"
            label={t("catalog.asJson")}
            checked={isJson}
            onChange={(event) => setJson(event.currentTarget.checked)}
          />
          <Button size="compact-sm" variant="default" onClick={onRemove}>
            {t("catalog.example.remove")}
          </Button>
        </Group>
      </Group>
      {problems && problems.length > 0 && (
        <Alert color="red" mb="sm">
          {problems.map((sentence) => (
            <Text key={sentence} size="sm">
              {sentence}
            </Text>
          ))}
        </Alert>
      )}
      {isJson ? (
        <JsonField
          label={t("catalog.example.json")}
          description={t("catalog.examples.why")}
          value={example}
          onChange={(next) => onChange(recordIn(next))}
        />
      ) : (
        <Stack gap="sm">
          <TextInput
            label={t("catalog.example.title")}
            description={t("catalog.example.title.why")}
            value={String(example.title ?? "")}
            onChange={(event) => onChange({ ...example, title: event.currentTarget.value })}
          />
          {fieldsOf(form.config).length > 0 && (
            <fieldset className={classes.part}>
              <legend>{t("catalog.example.config")}</legend>
              <SchemaForm
                schema={form.config}
                value={recordIn(example.config)}
                path={`examples.${at}.config`}
                onChange={(config) => onChange({ ...example, config })}
              />
            </fieldset>
          )}
          <Given {...props} />
          <OtherSide form={form} example={example} onChange={onChange} />
          <Expected
            form={form}
            expect={recordIn(example.expect)}
            onChange={(expect) => onChange({ ...example, expect })}
          />
        </Stack>
      )}
    </section>
  );
}

/** What the step is given: its inputs, by name where they are free, and for a policy the labels that they carry. */
function Given({ form, example, onChange }: Props) {
  const { t } = useTranslation();
  const [fresh, setFresh] = useState("");
  const inputs = recordIn(example.inputs);
  const names = new Set(fieldsOf(form.inputs).map(([name]) => name));
  const others = Object.keys(inputs).filter((name) => !names.has(name));
  const set = (next: JsonRecord): void => onChange({ ...example, inputs: next });
  const id = idFrom(fresh, [], "");
  const add = (): void => {
    setFresh("");
    if (id && !(id in inputs)) set({ ...inputs, [id]: "" });
  };
  if (names.size === 0 && others.length === 0 && !form.isFree) return null;
  return (
    <fieldset className={classes.part}>
      <legend>{t("catalog.example.inputs")}</legend>
      <DataForm schema={form.inputs} path="inputs" value={inputs} onChange={set} />
      <ValuesContext value={TYPED}>
        {others.map((name) => (
          <Group key={name} align="end" gap={6} wrap="nowrap">
            <div className={classes.grow}>
              <AnyField
                label={name}
                description={form.isFree ? undefined : t("catalog.example.noInput")}
                value={inputs[name]}
                onChange={(next) => set({ ...inputs, [name]: next ?? "" })}
              />
            </div>
            <Button variant="default" onClick={() => set(put(inputs, name, undefined))}>
              {t("fields.remove", { name })}
            </Button>
          </Group>
        ))}
      </ValuesContext>
      {form.isFree && (
        <Group align="end" gap={6}>
          <TextInput
            size="xs"
            label={t("catalog.example.input.name")}
            value={fresh}
            onChange={(event) => setFresh(event.currentTarget.value)}
          />
          <Button
            variant="default"
            size="xs"
            leftSection={<Plus aria-hidden size={14} />}
            disabled={!id || id in inputs || names.has(id)}
            onClick={add}
          >
            {t("catalog.example.input.add")}
          </Button>
        </Group>
      )}
      {form.kind === "policy" && (
        <TagsInput
          label={t("catalog.example.labels")}
          value={Array.isArray(example.labels) ? example.labels.map(String) : []}
          onChange={(labels) => onChange(put(example, "labels", labels.length > 0 ? labels : undefined))}
          splitChars={[",", " "]}
        />
      )}
    </fieldset>
  );
}
