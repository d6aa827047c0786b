/** What a config schema asks for, in the words of the form: the small subset that node types are held to. */

import { type Json, type JsonRecord, resolveRef, type Schema } from "@/graph";

export type Shape =
  | { is: "file"; several: boolean; accept: string[]; most: number | null }
  | { is: "text"; long: boolean; format: string | null }
  | { is: "number"; whole: boolean; min: number | null; max: number | null }
  | { is: "switch" }
  | { is: "choice"; options: string[] }
  | { is: "choices"; options: string[] }
  | { is: "words"; whole: boolean }
  | { is: "list"; item: Schema }
  | { is: "record"; fields: [name: string, schema: Schema][] }
  | { is: "pairs" }
  | { is: "fields" }
  | { is: "graph" }
  | { is: "expression"; scope: string }
  | { is: "template"; scope: string }
  | { is: "connection" }
  | { is: "credential"; kinds: string[] };

const isRecord = (value: Json | undefined): value is JsonRecord =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const numberOr = (value: Json | undefined): number | null => (typeof value === "number" ? value : null);

/** The schema without `$ref` and without the `null` of an optional field. */
export function plain(schema: Schema, root: Schema): { schema: Schema; isNullable: boolean } {
  const resolved = resolveRef(schema, root);
  const ways = Array.isArray(resolved.anyOf) ? resolved.anyOf.filter(isRecord) : null;
  if (!ways) return { schema: resolved, isNullable: false };
  const [way] = ways.filter((each) => each.type !== "null");
  const { anyOf: _, ...beside } = resolved;
  return {
    schema: { ...(way && resolveRef(way, root)), ...beside },
    isNullable: ways.some((each) => each.type === "null"),
  };
}

/** @param name the field's name: `body` and `schema` of a free object are what the language says they are. */
export function shapeOf(schema: Schema, root: Schema, name = ""): Shape {
  if (isRecord(schema["x-expression"])) return { is: "expression", scope: String(schema["x-expression"].scope) };
  if (isRecord(schema["x-template"])) return { is: "template", scope: String(schema["x-template"].scope) };
  if (schema["x-connection"]) return { is: "connection" };
  if (Array.isArray(schema["x-credential"])) return { is: "credential", kinds: schema["x-credential"].map(String) };
  if (Array.isArray(schema.enum)) return { is: "choice", options: schema.enum.map(String) };
  switch (schema.type) {
    case "boolean":
      return { is: "switch" };
    case "integer":
    case "number":
      return {
        is: "number",
        whole: schema.type === "integer",
        min: numberOr(schema.minimum),
        max: numberOr(schema.maximum),
      };
    case "array":
      return listShape(schema, root);
    case "object":
      if (isRecord(schema.properties))
        return {
          is: "record",
          // What a node template fixes is nobody's to fill in.
          fields: Object.entries(schema.properties).flatMap(([key, value]) =>
            isRecord(value) && value["x-fixed"] !== true ? [[key, value]] : [],
          ),
        };
      if (name === "body") return { is: "graph" };
      return isRecord(schema.additionalProperties) ? { is: "pairs" } : { is: "fields" };
    default:
      if (schema.format === "file") return fileShape(schema, false);
      return {
        is: "text",
        long: typeof schema.maxLength === "number" && schema.maxLength > 300,
        format: typeof schema.format === "string" ? schema.format : null,
      };
  }
}

const fileShape = (schema: Schema, several: boolean): Shape => ({
  is: "file",
  several,
  accept: Array.isArray(schema.accept) ? schema.accept.map(String) : [],
  most: numberOr(schema.maxSize),
});

function listShape(schema: Schema, root: Schema): Shape {
  const item = isRecord(schema.items) ? plain(schema.items, root).schema : {};
  if (Array.isArray(item.enum)) return { is: "choices", options: item.enum.map(String) };
  if (item.type === "object") return { is: "list", item };
  if (item.format === "file") return fileShape(item, true);
  return { is: "words", whole: item.type === "integer" || item.type === "number" };
}

/** What a new item of a list, or a record that was not there, starts with. */
export function startOf(schema: Schema, root: Schema): Json {
  const { schema: known } = plain(schema, root);
  if (known.default !== undefined && known.default !== null) return known.default;
  if (Array.isArray(known.enum)) return known.enum[0] ?? "";
  if (known.type === "object") {
    const required = Array.isArray(known.required) ? known.required.map(String) : [];
    const fields = isRecord(known.properties) ? known.properties : {};
    return Object.fromEntries(
      required.flatMap((name) => {
        const field = fields[name];
        return isRecord(field) ? [[name, startOf(field, root)]] : [];
      }),
    );
  }
  if (known.type === "array") return [];
  if (known.type === "boolean") return false;
  if (known.type === "integer" || known.type === "number") return numberOr(known.minimum) ?? 0;
  return "";
}

/** What people read above a field. */
export const titleOf = (schema: Schema, name: string): string => {
  if (typeof schema.title === "string") return schema.title;
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

export const helpOf = (schema: Schema): string | undefined =>
  typeof schema.description === "string" && !schema.description.includes("\n") ? schema.description : undefined;
