import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { FindingRecord } from "@/api/pending";
import {
  type Graph,
  graphAt,
  type Json,
  type JsonRecord,
  nameOf,
  type Palette,
  placeOf,
  resolveRef,
  type Schema,
  type Workflow,
} from "@/graph";
import { wordsOf } from "@/kit/problem";
import { shownOf, useEditor } from "../editor";

type Words = { sentence: string; wayOut: string };

/** Says findings in the person's language, with steps and fields by the names that stand on the screen. */
export function useFindingWords(): (finding: FindingRecord) => Words {
  const { t } = useTranslation();
  const workflow = useEditor(shownOf);
  const palette = useEditor((state) => state.palette);
  return (finding) => wordsOf({ ...finding, params: named(finding, workflow, palette, t) }, t);
}

function named(finding: FindingRecord, workflow: Workflow, palette: Palette, t: TFunction): JsonRecord {
  const said = { ...finding.params, ...(finding.params?.counterexample as JsonRecord | undefined) };
  const at = finding.node === null ? null : placeOf(finding.node);
  const graph = (at && graphAt(workflow, at.place)) ?? workflow;
  const step = (id: Json | undefined): string =>
    typeof id === "string" && graph.nodes[id] ? nameOf(graph, id) : `${id}`;
  const value = (path: Json): string => valueName(String(path), workflow, graph);
  const list = (items: Json | undefined): Json[] => (Array.isArray(items) ? items : []);
  const field = fieldName(finding, at ? graph.nodes[at.id]?.type : undefined, palette);
  return {
    ...said,
    name: finding.code === "required" ? requirement(finding, t) : (field ?? step(said.name ?? lastOf(finding.field))),
    step: step(said.step),
    other: step(said.other),
    steps: list(said.steps).map(step).join(" → "),
    value: said.value === undefined ? "" : value(said.value),
    values: list(said.values).map(value).join(", "),
  };
}

const asWords = (id: string): string => id.replaceAll("_", " ");
const lastOf = (field: string | null): string => asWords(field?.split(".").at(-1) ?? "");

/** What a rule wants named; the words beside it are those of the publish dialog. */
const requirement = ({ field }: FindingRecord, t: TFunction): string =>
  (t as unknown as (key: string, options: object) => string)(`requirement.${field}`, { defaultValue: lastOf(field) });

/** `answer.text` as it is shown on a pill: the step by its name, then what it gives. */
function valueName(path: string, workflow: Workflow, graph: Graph): string {
  const [root = "", ...rest] = path.split(".");
  const fields = workflow.inputs.properties as JsonRecord | undefined;
  if (root === "input") return titleOf(fields?.[rest[0] ?? ""], lastOf(path));
  return [graph.nodes[root] ? nameOf(graph, root) : asWords(root), ...rest.map(asWords)].join(": ");
}

/** The label of the field that a finding is about, as the inspector shows it; undefined where it shows none. */
function fieldName({ field }: FindingRecord, type: string | undefined, palette: Palette): string | undefined {
  const [part, ...path] = field?.split(".") ?? [];
  const root = part === "config" ? palette.get(type ?? "")?.config : palette.get(type ?? "")?.input;
  if (!root || (part !== "config" && part !== "inputs")) return undefined;
  let schema: Schema = root;
  for (const name of path) {
    const inner = resolveRef(schema, root);
    const next = (inner.properties as JsonRecord | undefined)?.[name] ?? inner.items;
    if (typeof next !== "object" || next === null || Array.isArray(next)) return undefined;
    schema = next;
  }
  return titleOf(resolveRef(schema, root), undefined);
}

function titleOf<Otherwise extends string | undefined>(schema: Json | undefined, otherwise: Otherwise) {
  const title = (schema as JsonRecord | undefined)?.title;
  return typeof title === "string" && title !== "" ? title : otherwise;
}
