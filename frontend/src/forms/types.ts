/** The types of fields as people choose and read them. */

import type { TFunction } from "i18next";
import type { JsonRecord, Schema } from "@/graph";

export const TYPES = [
  "string",
  "longText",
  "email",
  "number",
  "integer",
  "boolean",
  "date",
  "file",
  "array",
  "object",
] as const;
export type FieldType = (typeof TYPES)[number];

/** What a field of each type is when it is chosen. */
export const SCHEMAS: Record<FieldType, Schema> = {
  string: { type: "string", maxLength: 500 },
  longText: { type: "string", maxLength: 20000 },
  email: { type: "string", format: "email" },
  number: { type: "number" },
  integer: { type: "integer" },
  boolean: { type: "boolean" },
  date: { type: "string", format: "date" },
  file: { type: "string", format: "file" },
  array: { type: "array", items: { type: "string" } },
  object: { type: "object" },
};

const LONG = 1000;

/** Undefined where a schema says no type, or one that has no word. */
export function typeIn(schema: Schema): FieldType | undefined {
  const format = TYPES.find((type) => type === schema.format);
  if (format) return format;
  const types = (Array.isArray(schema.type) ? schema.type : [schema.type]).filter((type) => type !== "null");
  if (types.length !== 1) return undefined;
  if (types[0] === "string") return Number(schema.maxLength ?? 0) > LONG ? "longText" : "string";
  return TYPES.find((type) => type === types[0]);
}

/** `Text`; of what may be several things `Text, Number`; `Anything` where nothing is said. */
export function sayType(schema: Schema, t: TFunction): string {
  const choices = [schema.anyOf, schema.oneOf].find(Array.isArray) as JsonRecord[] | undefined;
  const types = Array.isArray(schema.type) ? schema.type.filter((type) => type !== "null") : [];
  const each = choices ?? (types.length > 1 ? types.map((type) => ({ type })) : [schema]);
  const words = each.filter(({ type }) => type !== "null").map((one) => t(`type.${typeIn(one) ?? "any"}`));
  return [...new Set(words)].join(", ") || t("type.any");
}
