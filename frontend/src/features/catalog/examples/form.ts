/** What the form of an example asks for: from the node type, and from what the template says of it. */

import type { NodeTemplate } from "@/api/client";
import { plain } from "@/forms/shape";
import type { Json, JsonRecord, NodeType, Schema } from "@/graph";

type Source = NodeTemplate["source"];

export type ExampleForm = {
  kind: NodeType["kind"];
  isAsking: boolean;
  isCalling: boolean;
  /** The settings that teams fill in. */
  config: Schema;
  inputs: Schema;
  /** Whether inputs of any name may be given. */
  isFree: boolean;
  output: Schema;
  ports: NodeType["ports"];
  /** What a model or another system gives back, where that is known. */
  record: Schema | null;
  body: Schema | null;
  isTool: boolean;
};

export const recordIn = (value: unknown): JsonRecord =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonRecord) : {};

export const fieldsOf = (schema: Schema): [string, Schema][] =>
  Object.entries(recordIn(schema.properties)).map(([name, each]) => [name, recordIn(each)]);

/** The names of the values that a text asks for: `{{ ticket }}`. */
export function holesIn(value: Json | undefined): string[] {
  if (typeof value === "string")
    return [...value.matchAll(/\{\{\s*([a-z_]\w*)/gi)].map((found) => found[1] ?? "").filter(Boolean);
  if (Array.isArray(value)) return value.flatMap(holesIn);
  return Object.values(recordIn(value)).flatMap(holesIn);
}

export function formOf(base: NodeType, source: Source): ExampleForm {
  const known = recordIn(base.config.properties);
  const open = Object.entries(source.open ?? {}).filter(([name]) => name in known);
  const required = Array.isArray(base.config.required) ? base.config.required.map(String) : [];
  const config: Schema = {
    ...base.config,
    properties: Object.fromEntries(
      open.map(([name, said]) => {
        const schema = plain(recordIn(known[name]), base.config).schema;
        return [
          name,
          {
            ...schema,
            ...(said.title && { title: said.title }),
            ...(said.description && { description: said.description }),
            ...(said.choices?.length && { enum: said.choices as Json[] }),
          },
        ];
      }),
    ),
    required: required.filter((name) => name in (source.open ?? {})),
  };
  const own = source.inputs ? recordIn(source.inputs) : null;
  const asked = own ? {} : Object.fromEntries(holesIn(source.fixed as Json).map((name) => [name, {}]));
  const answers = recordIn(source.answers);
  const output = { ...base.output, properties: { ...recordIn(base.output.properties), ...answers } };
  return {
    kind: base.kind,
    isAsking: base.control === "ask",
    isCalling: base.kind === "tool" && base.effects.external,
    config,
    inputs: own ?? { ...base.input, properties: { ...asked, ...recordIn(base.input.properties) } },
    isFree: own === null && base.free,
    output,
    ports: base.ports,
    record: recordOf(source),
    body: "body" in answers ? recordIn(answers.body) : null,
    isTool: "digest" in known && "tool" in known,
  };
}

/** What a model is made to give: the record that the template asks for, or one of its categories. */
function recordOf(source: Source): Schema | null {
  const { schema, categories } = source.fixed as JsonRecord;
  if (fieldsOf(recordIn(schema)).length > 0) return recordIn(schema);
  if (!Array.isArray(categories)) return null;
  const names = categories.map((each) => (typeof each === "string" ? each : String(recordIn(each).name ?? "")));
  return {
    type: "object",
    properties: { category: { type: "string", enum: names }, confidence: { type: "number", minimum: 0, maximum: 1 } },
  };
}

/** The schema without what only says that it may be empty: `["integer", "null"]` is drawn as a number. */
export function withoutNull(schema: Schema): Schema {
  const types = Array.isArray(schema.type) ? schema.type.filter((each) => each !== "null") : [];
  return types.length === 1 ? { ...schema, type: types[0] as Json } : schema;
}

/** Whether a field of a form can show a value of this schema; what cannot be drawn is written as text or JSON. */
export function canDraw(schema: Schema): boolean {
  if (Array.isArray(schema.enum)) return schema.enum.every((each) => typeof each === "string");
  switch (schema.type) {
    case "string":
      return schema.format !== "file";
    case "number":
    case "integer":
    case "boolean":
      return true;
    case "array": {
      const items = withoutNull(recordIn(schema.items));
      if (items.type !== "object") return items.type !== "array" && items.type !== "boolean" && canDraw(items);
      return fieldsOf(items).length > 0 && fieldsOf(items).every(([, each]) => canDraw(withoutNull(each)));
    }
    default:
      return false;
  }
}

/** What was scripted, one or several, as a list. */
export const listIn = (value: Json | undefined): Json[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];

/** The same back as it is written: one by itself, none left out. */
export const asWritten = (list: Json[]): Json | undefined => (list.length > 1 ? list : list[0]);

/** The record with a field set, or without it. */
export function put(record: JsonRecord, name: string, value: Json | undefined): JsonRecord {
  const { [name]: _, ...others } = record;
  return value === undefined ? others : { ...others, [name]: value };
}
