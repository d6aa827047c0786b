import type { Offer } from "@/api/pending";
import type { Schema } from "@/graph";

/** Fields of a body that a condition or an input can name, three levels deep. */
export function offersOf(schema: Schema, base = "body", depth = 0): Offer[] {
  const fields = Object.entries((schema.properties ?? {}) as Record<string, Schema>);
  return fields.flatMap(([name, field]) => {
    const path = `${base}.${name}`;
    if (!/^[A-Za-z_]\w*$/.test(name)) return [];
    const type = Array.isArray(field.type) ? field.type[0] : field.type;
    if (type === "object" && depth < 2) return offersOf(field, path, depth + 1);
    return [{ path, word: "fits" as const, reason: "", sure: true, ...(type && { type: String(type) }) }];
  });
}
