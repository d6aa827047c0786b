import type { Json, Schema } from "@/graph";

/** What a field may hold, for a line that people try and then change. */
function exampleOf(schema: Schema, depth = 0): Json {
  const options = schema.enum as Json[] | undefined;
  if (options?.length) return options[0] as Json;
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "integer" || type === "number") return (schema.minimum as number | undefined) ?? 1;
  if (type === "boolean") return true;
  if (type === "array") return depth > 3 ? [] : [exampleOf((schema.items as Schema) ?? {}, depth + 1)];
  if (type === "object") {
    if (depth > 3) return {};
    const fields = (schema.properties ?? {}) as Record<string, Schema>;
    return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, exampleOf(field, depth + 1)]));
  }
  const named: Record<string, string> = {
    email: "kim@example.org",
    date: "2026-01-31",
    "date-time": "2026-01-31T09:30:00Z",
  };
  return named[String(schema.format)] ?? "…";
}

/** The body that a delivery may have, on one line that a shell takes between single quotes. */
export const exampleBody = (schema: Schema): string =>
  JSON.stringify(exampleOf({ ...schema, type: "object" })).replaceAll("'", "\\u0027");

/**
 * A delivery that anybody can send from a terminal, really signed: with `openssl`, as Standard Webhooks says.
 *
 * @param secret the text of the secret, where it was just made; else the line asks for it in `$SECRET`.
 */
export function curlLine({
  address,
  body,
  isSigned,
  secret,
}: {
  address: string;
  body: string;
  isSigned: boolean;
  secret?: string;
}): string {
  if (!isSigned)
    return [
      `curl -i '${address}' \\`,
      "  -H 'content-type: application/json' \\",
      '  -H "idempotency-key: $(openssl rand -hex 12)" \\',
      `  -d '${body}'`,
    ].join("\n");
  return [
    `SECRET='${secret ?? "whsec_…"}'; BODY='${body}'`,
    "ID=msg_$(openssl rand -hex 12); AT=$(date +%s)",
    'KEY=$(printf %s "$' + "{SECRET#whsec_}\" | openssl base64 -d -A | od -An -vtx1 | tr -d ' \\n')",
    'SIGNED=$(printf %s "$ID.$AT.$BODY" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | openssl base64 -A)',
    `curl -i '${address}' -H 'content-type: application/json' \\`,
    '  -H "webhook-id: $ID" -H "webhook-timestamp: $AT" -H "webhook-signature: v1,$SIGNED" \\',
    '  -d "$BODY"',
  ].join("\n");
}

type Program = { address: string; input: string; version: number | null };

/**
 * A start that a program asks for, with the token of a person in `$TOKEN`.
 *
 * @param input JSON that a shell takes between single quotes.
 * @param version the only one that is to be started, if not whichever is live.
 */
export const programLine = ({ address, input, version }: Program): string =>
  [
    `curl -i '${address}' \\`,
    "  -H \"authorization: Bearer $TOKEN\" -H 'content-type: application/json' \\",
    '  -H "idempotency-key: $(openssl rand -hex 12)" \\',
    `  -d '{"input": ${input}${version === null ? "" : `, "version": ${version}`}}'`,
  ].join("\n");
