import { Autocomplete, Checkbox, Select, Stack, Text, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { plain, startOf, titleOf } from "@/forms/shape";
import type { Json, JsonRecord, Schema } from "@/graph";
import { AnyField } from "./AnyField";
import { DataField } from "./DataForm";
import classes from "./examples.module.css";
import { canDraw, type ExampleForm, fieldsOf, put, recordIn, withoutNull } from "./form";

const WORDS = ["port", "fails", "refused", "ask", "invalid"] as const;
type Word = (typeof WORDS)[number];
const CODES = ["status_not_success", "rate_limited", "server_failed", "answer_does_not_fit", "credential_unknown"];

/** What must come of an example: an outcome, and of its output the fields that are chosen. */
export function Expected({
  form,
  expect,
  onChange,
}: {
  form: ExampleForm;
  expect: JsonRecord;
  onChange: (expect: JsonRecord) => void;
}) {
  const { t } = useTranslation();
  const word = WORDS.find((each) => each in expect) ?? "port";
  const first = form.ports[0]?.name ?? "done";
  const start: Record<Word, JsonRecord> = {
    port: { port: first },
    fails: { fails: "" },
    refused: { refused: "" },
    ask: { ask: {} },
    invalid: { invalid: "" },
  };
  const words = (name: "refused" | "invalid") => (
    <TextInput
      label={t(`catalog.example.${name}.words`)}
      value={String(expect[name] ?? "")}
      onChange={(event) => onChange({ [name]: event.currentTarget.value })}
    />
  );
  return (
    <fieldset className={classes.part}>
      <legend>{t("catalog.example.expect")}</legend>
      <Select
        label={t("catalog.example.outcome")}
        data={WORDS.map((each) => ({ value: each, label: t(`catalog.example.expect.${each}`) }))}
        value={word}
        allowDeselect={false}
        onChange={(next) => next && onChange(start[next as Word])}
      />
      {word === "port" && form.ports.length > 1 && (
        <Select
          label={t("catalog.example.port")}
          data={form.ports.map(({ name, title }) => ({ value: name, label: title }))}
          value={String(expect.port ?? first)}
          allowDeselect={false}
          onChange={(port) => port && onChange({ ...expect, port })}
        />
      )}
      {word === "port" && (
        <Compared
          schema={form.output}
          value={recordIn(expect.output)}
          onChange={(output) => onChange(put(expect, "output", Object.keys(output).length > 0 ? output : undefined))}
        />
      )}
      {word === "fails" && (
        <Autocomplete
          label={t("catalog.example.code")}
          description={t("catalog.example.code.why")}
          data={CODES}
          value={String(expect.fails ?? "")}
          onChange={(fails) => onChange({ fails })}
        />
      )}
      {(word === "refused" || word === "invalid") && words(word)}
      {word === "ask" && (
        <TextInput
          label={t("catalog.example.question")}
          value={String(recordIn(expect.ask).title ?? "")}
          onChange={(event) =>
            onChange({ ask: put(recordIn(expect.ask), "title", event.currentTarget.value || undefined) })
          }
        />
      )}
    </fieldset>
  );
}

/** Fields of an output, each compared only if it is chosen. */
function Compared({
  schema,
  value,
  onChange,
}: {
  schema: Schema;
  value: JsonRecord;
  onChange: (value: JsonRecord) => void;
}) {
  const { t } = useTranslation();
  const known = fieldsOf(schema);
  const names = new Set(known.map(([name]) => name));
  const others = Object.keys(value).filter((name) => !names.has(name));
  if (known.length === 0)
    return (
      <AnyField
        label={t("catalog.example.output")}
        description={t("catalog.example.output.open")}
        value={Object.keys(value).length > 0 ? value : undefined}
        onChange={(next) => onChange(recordIn(next))}
      />
    );
  return (
    <Stack gap="xs">
      <Text size="xs" c="dimmed">
        {t("catalog.example.compare")}
      </Text>
      {[...known, ...others.map((name): [string, Schema] => [name, {}])].map(([name, raw]) => {
        const each = withoutNull(plain(raw, schema).schema);
        const title = titleOf(each, name);
        const isOn = name in value;
        return (
          <div key={name}>
            <Checkbox
              size="sm"
              label={title}
              checked={isOn}
              onChange={(event) =>
                onChange(put(value, name, event.currentTarget.checked ? startOfField(each, schema) : undefined))
              }
            />
            {isOn && (
              <div className={classes.compared}>
                <DataField
                  name={name}
                  schema={{ ...each, title: t("catalog.example.of", { field: title }) }}
                  root={schema}
                  path={`expect.output.${name}`}
                  value={value[name]}
                  // What is emptied is still compared, until its tick is taken away.
                  onChange={(next) => onChange({ ...value, [name]: next ?? "" })}
                />
              </div>
            )}
          </div>
        );
      })}
    </Stack>
  );
}

function startOfField(schema: Schema, root: Schema): Json {
  if (fieldsOf(schema).length > 0) return {};
  return canDraw(schema) ? startOf(schema, root) : "";
}
