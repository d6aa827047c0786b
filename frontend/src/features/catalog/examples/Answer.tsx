import { NumberInput, Select, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Json } from "@/graph";
import { AnyField } from "./AnyField";
import { DataField, DataForm } from "./DataForm";
import { type ExampleForm, put, recordIn } from "./form";

const FAILURES = ["transient", "rate_limited", "permanent", "uncertain"] as const;

type AnswerProps = {
  name: "model" | "http";
  form: ExampleForm;
  answer: Json;
  fresh: Json;
  onChange: (answer: Json) => void;
};

/** One answer of the other system, or of the model: what it says, or how it fails. */
export function Answer(props: AnswerProps) {
  const { name, answer, fresh, onChange } = props;
  const { t } = useTranslation();
  const said = recordIn(answer);
  return (
    <>
      <Select
        label={t("catalog.example.answer")}
        data={[
          { value: "", label: t(`catalog.example.${name}.answers`) },
          ...FAILURES.map((each) => ({ value: each, label: t(`catalog.example.fails.${each}`) })),
        ]}
        value={typeof said.fails === "string" ? said.fails : ""}
        allowDeselect={false}
        onChange={(fails) => onChange(fails ? { fails, code: String(said.code ?? fails) } : fresh)}
      />
      {"fails" in said ? (
        <TextInput
          label={t("catalog.example.code")}
          value={String(said.code ?? "")}
          onChange={(event) => onChange({ ...said, code: event.currentTarget.value })}
        />
      ) : name === "http" ? (
        <HttpAnswer {...props} />
      ) : (
        <ModelAnswer {...props} />
      )}
    </>
  );
}

function HttpAnswer({ form, answer, onChange }: AnswerProps) {
  const { t } = useTranslation();
  const said = recordIn(answer);
  const { json: _, body: __, ...others } = said;
  const body = "json" in said ? said.json : said.body;
  const setBody = (next: Json | undefined): void =>
    onChange(
      next === undefined ? others : typeof next === "string" ? { ...others, body: next } : { ...others, json: next },
    );
  return (
    <>
      <NumberInput
        label={t("catalog.example.status")}
        min={100}
        max={599}
        allowDecimal={false}
        value={Number(said.status ?? 200)}
        onChange={(status) => onChange(put(said, "status", status === "" ? undefined : Number(status)))}
      />
      {form.body && typeof body !== "string" ? (
        <DataField
          name={t("catalog.example.body")}
          schema={form.body}
          path="http.json"
          value={body}
          onChange={setBody}
        />
      ) : (
        <AnyField
          label={t("catalog.example.body")}
          description={t("catalog.example.body.why")}
          value={body}
          onChange={setBody}
        />
      )}
    </>
  );
}

function ModelAnswer({ form, answer, onChange }: AnswerProps) {
  const { t } = useTranslation();
  const said = recordIn(answer);
  if (form.record)
    return (
      <DataForm
        schema={form.record}
        path="model.record"
        value={recordIn(said.record)}
        onChange={(record) => onChange({ ...said, record })}
      />
    );
  if ("record" in said)
    return (
      <AnyField
        label={t("catalog.example.record")}
        value={said.record}
        onChange={(record) => onChange({ ...said, record: record ?? null })}
      />
    );
  return (
    <Textarea
      label={t("catalog.example.text")}
      autosize
      minRows={2}
      maxRows={10}
      value={typeof answer === "string" ? answer : String(said.text ?? "")}
      onChange={(event) => {
        const text = event.currentTarget.value;
        onChange(typeof answer === "string" ? text : { ...said, text });
      }}
    />
  );
}
