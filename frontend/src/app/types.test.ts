import type { TFunction } from "i18next";
import { expect, it } from "vitest";
import { sayType } from "@/forms/types";
import type { Schema } from "@/graph";
import de from "./texts/de.json";

const t = ((key: keyof typeof de) => de[key]) as unknown as TFunction;

it.each<[Schema, string]>([
  [{ type: "string" }, "Text"],
  [{ type: "string", maxLength: 20000 }, "Langer Text"],
  [{ type: "string", format: "email" }, "E-Mail"],
  [{ type: ["string", "null"] }, "Text"],
  [{ type: ["string", "integer"] }, "Text, Ganze Zahl"],
  [{ anyOf: [{ type: "number" }, { type: "null" }] }, "Zahl"],
  [{ anyOf: [{ type: "boolean" }, { type: "array", items: {} }] }, "Ja oder nein, Liste"],
  [{}, "Beliebig"],
  [{ type: "moon" }, "Beliebig"],
])("says the type of %j as %s", (schema, words) => {
  expect(sayType(schema, t)).toBe(words);
});
