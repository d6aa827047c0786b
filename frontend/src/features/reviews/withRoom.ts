/** Fields of an edit get as much room as what stands in them. */

import type { Json, Schema } from "@/graph";

const SHORT = 60;
const MUCH = 100_000;

const isRecord = (value: unknown): value is Record<string, Json> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The schema with a large field wherever the proposal holds a long text or one of several lines. */
export function withRoom(schema: Schema, proposal: Json | undefined): Schema {
  if (typeof proposal === "string") {
    const isLong = proposal.length > SHORT || proposal.includes("\n");
    return isLong && schema.maxLength === undefined && !Array.isArray(schema.enum)
      ? { ...schema, maxLength: MUCH }
      : schema;
  }
  if (isRecord(proposal) && isRecord(schema.properties)) {
    const properties = Object.entries(schema.properties).map(([name, field]): [string, Json] => [
      name,
      isRecord(field) ? withRoom(field, proposal[name]) : field,
    ]);
    return { ...schema, properties: Object.fromEntries(properties) };
  }
  if (Array.isArray(proposal) && isRecord(schema.items)) {
    const longest = proposal.reduce<Json | undefined>((most, item) => most ?? item, undefined);
    return { ...schema, items: withRoom(schema.items, longest) };
  }
  return schema;
}
