import { ActionIcon, Button, Group, Select, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { Plus, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Json, JsonRecord } from "@/graph";
import { Answer } from "./Answer";
import { AnyField } from "./AnyField";
import { DataField } from "./DataForm";
import classes from "./examples.module.css";
import { asWritten, type ExampleForm, listIn, put, recordIn } from "./form";

type Props = { form: ExampleForm; example: JsonRecord; onChange: (example: JsonRecord) => void };

/** What is played for the step in an example: the other system, the model or the people. Nobody is really asked. */
export function OtherSide({ form, example, onChange }: Props) {
  if (form.isAsking) return <People example={example} onChange={onChange} form={form} />;
  if (form.kind === "prompt") return <Played name="model" form={form} example={example} onChange={onChange} />;
  if (form.isTool && toolAnswer(example)) return <Tool form={form} example={example} onChange={onChange} />;
  if (form.isCalling || "http" in example)
    return <Played name="http" form={form} example={example} onChange={onChange} />;
  return null;
}

function Frame({ title, why, children }: { title: string; why: string; children: ReactNode }) {
  return (
    <fieldset className={classes.part}>
      <legend>{title}</legend>
      <Text size="xs" c="dimmed">
        {why}
      </Text>
      {children}
    </fieldset>
  );
}

function Played({ name, form, example, onChange }: Props & { name: "model" | "http" }) {
  const { t } = useTranslation();
  const answers = listIn(example[name]);
  const write = (next: Json[]): void => onChange(put(example, name, asWritten(next)));
  const fresh: Json = name === "http" ? { status: 200 } : form.record ? { record: {} } : "";
  return (
    <Frame title={t(`catalog.example.${name}`)} why={t(`catalog.example.${name}.why`)}>
      {answers.map((answer, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an answer is its place
        <Group key={at} align="start" wrap="nowrap" gap={6}>
          <Stack gap="xs" flex={1} miw={0}>
            <Answer
              name={name}
              form={form}
              answer={answer}
              fresh={fresh}
              onChange={(next) => write(answers.map((old, index) => (index === at ? next : old)))}
            />
          </Stack>
          <ActionIcon
            mt={24}
            aria-label={t("catalog.example.answer.remove", { at: at + 1 })}
            onClick={() => write(answers.filter((_, index) => index !== at))}
          >
            <Trash2 aria-hidden size={15} />
          </ActionIcon>
        </Group>
      ))}
      <Button
        variant="default"
        size="xs"
        className={classes.add}
        leftSection={<Plus aria-hidden size={14} />}
        onClick={() => write([...answers, fresh])}
      >
        {t(answers.length > 0 ? "catalog.example.answer.next" : "catalog.example.answer.add")}
      </Button>
    </Frame>
  );
}

/** Where the answer of a tool stands: behind what server and step say to each other first. */
function toolAnswer(example: JsonRecord): JsonRecord | null {
  const last = recordIn(listIn(example.http).at(-1));
  const result = recordIn(recordIn(last.json).result);
  return listIn(example.http).length > 1 && Array.isArray(result.content) ? result : null;
}

function Tool({ form, example, onChange }: Props) {
  const { t } = useTranslation();
  const result = toolAnswer(example) ?? {};
  const answer = recordIn(form.output.properties).result;
  const said = listIn(example.http);
  const set = (next: JsonRecord): void => {
    const last = recordIn(said.at(-1));
    onChange({ ...example, http: [...said.slice(0, -1), { ...last, json: { ...recordIn(last.json), result: next } }] });
  };
  const text = recordIn(listIn(result.content)[0]).text;
  return (
    <Frame title={t("catalog.example.tool")} why={t("catalog.example.tool.why")}>
      <Textarea
        label={t("catalog.example.text")}
        autosize
        maxRows={10}
        value={String(text ?? "")}
        onChange={(event) => set({ ...result, content: [{ type: "text", text: event.currentTarget.value }] })}
      />
      {(answer || "structuredContent" in result) && (
        <DataField
          name={t("catalog.example.record")}
          schema={recordIn(answer)}
          path="http.result"
          value={result.structuredContent}
          onChange={(next) => set(put(result, "structuredContent", next))}
        />
      )}
    </Frame>
  );
}

function People({ example, onChange }: Props) {
  const { t } = useTranslation();
  const said = recordIn(example.answer);
  const set = (name: string, value: Json | undefined): void => onChange({ ...example, answer: put(said, name, value) });
  const decisions = ["approve", "edit", "reject"] as const;
  return (
    <Frame title={t("catalog.example.people")} why={t("catalog.example.people.why")}>
      <Select
        label={t("catalog.example.decision")}
        data={[
          { value: "", label: t("catalog.example.decision.none") },
          ...decisions.map((each) => ({ value: each, label: t(`catalog.example.decision.${each}`) })),
        ]}
        value={String(said.decision ?? "")}
        allowDeselect={false}
        onChange={(decision) =>
          decision
            ? onChange({ ...example, answer: { by: "Ada", ...said, decision } })
            : onChange(put(example, "answer", undefined))
        }
      />
      {said.decision && (
        <TextInput
          label={t("catalog.example.why")}
          value={String(said.reason ?? "")}
          onChange={(event) => set("reason", event.currentTarget.value)}
        />
      )}
      {said.decision === "edit" && (
        <AnyField label={t("catalog.example.edit")} value={said.edit} onChange={(next) => set("edit", next)} />
      )}
    </Frame>
  );
}
