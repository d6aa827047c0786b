import { Button, Stack, Text } from "@mantine/core";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { NodeTemplate } from "@/api/client";
import { startOf } from "@/forms/shape";
import type { Json, JsonRecord, NodeType } from "@/graph";
import { Example } from "./Example";
import classes from "./examples.module.css";
import { type ExampleForm, formOf, recordIn } from "./form";

type Source = NodeTemplate["source"];
type Problem = { field?: string | null; sentence: string };

/** The examples of a template, each a form made of what the template itself asks for. */
export function Examples({
  base,
  source,
  problems,
  onChange,
}: {
  base: NodeType;
  source: Source;
  /** What was wrong when they were tried last; null before, and after every change. */
  problems: Problem[] | null;
  onChange: (examples: JsonRecord[]) => void;
}) {
  const { t } = useTranslation();
  const examples = (source.examples ?? []) as JsonRecord[];
  const form = formOf(base, source);
  const wrong = (at: number): string[] | null =>
    problems?.filter(({ field }) => field === `examples.${at}`).map(({ sentence }) => sentence) ?? null;
  const isTried = problems?.every(({ field }) => !field || field.startsWith("examples")) ?? false;
  return (
    <Stack gap="md">
      {examples.length === 0 && <Text c="dimmed">{t("catalog.examples.none")}</Text>}
      {examples.map((each, at) => (
        <Example
          // biome-ignore lint/suspicious/noArrayIndexKey: an example is its place
          key={`${at} of ${examples.length}`}
          at={at + 1}
          form={form}
          example={each}
          problems={isTried ? wrong(at) : null}
          onChange={(next) => onChange(examples.map((old, index) => (index === at ? next : old)))}
          onRemove={() => onChange(examples.filter((_, index) => index !== at))}
        />
      ))}
      <Button
        variant="default"
        className={classes.add}
        leftSection={<Plus aria-hidden size={16} />}
        onClick={() => onChange([...examples, freshExample(form)])}
      >
        {t("catalog.example.add")}
      </Button>
    </Stack>
  );
}

/** A new example: every compulsory field there, the other side well, and the step done. */
function freshExample(form: ExampleForm): JsonRecord {
  const start = (schema: JsonRecord): Json => startOf({ ...schema, type: "object" }, schema);
  const played: JsonRecord =
    form.kind === "prompt"
      ? { model: form.record ? { record: {} } : "" }
      : form.isCalling && !form.isTool
        ? { http: { status: 200 } }
        : {};
  return {
    title: "",
    config: recordIn(start(form.config)),
    inputs: recordIn(start(form.inputs)),
    ...played,
    expect: form.isAsking ? { ask: {} } : { port: form.ports[0]?.name ?? "done" },
  };
}
