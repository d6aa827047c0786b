/** The line that people run in a terminal really signs: a shell runs it, with `curl` replaced by one that tells. */

import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { expect, it } from "vitest";
import { curlLine, exampleBody, programLine } from "./curl";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const run = (line: string): string[] =>
  execFileSync("bash", ["-c", `curl() { printf '%s\\n' "$@"; }\n${line}`], { encoding: "utf8" }).split("\n");
const header = (said: string[], name: string): string =>
  said.find((each) => each.startsWith(`${name}: `))?.slice(name.length + 2) ?? "";

it.each(['{"text":"Hello"}', '{"text":"Grüße, \\u0027 $HOME `x` \\\\ \\"","n":[1,{}]}', "{}"])("signs %s", (body) => {
  const said = run(curlLine({ address: "https://handrail.example/hooks/k", body, isSigned: true, secret: SECRET }));
  const [id, at] = [header(said, "webhook-id"), header(said, "webhook-timestamp")];
  const key = Buffer.from(SECRET.slice("whsec_".length), "base64");
  const wanted = createHmac("sha256", key).update(`${id}.${at}.${body}`).digest("base64");
  expect(header(said, "webhook-signature")).toBe(`v1,${wanted}`);
  expect(id).toMatch(/^msg_[0-9a-f]{24}$/);
  expect(Math.abs(Number(at) - Date.now() / 1000)).toBeLessThan(60);
  expect(said).toContain(body);
});

it("gives each unsigned delivery a key of its own", () => {
  const line = curlLine({ address: "https://handrail.example/hooks/k", body: "{}", isSigned: false });
  const keys = [run(line), run(line)].map((said) => header(said, "idempotency-key"));
  expect(new Set(keys).size).toBe(2);
  expect(line).not.toContain("webhook-signature");
});

it("shows a body that fits, and that a shell takes as it is", () => {
  const body = exampleBody({
    type: "object",
    properties: {
      who: { type: "string", format: "email" },
      kind: { enum: ["it's", "b"] },
      lines: { type: "array", items: { type: "object", properties: { count: { type: "integer", minimum: 2 } } } },
      open: { type: ["boolean", "null"] },
    },
  });
  expect(JSON.parse(body)).toEqual({ who: "kim@example.org", kind: "it's", lines: [{ count: 2 }], open: true });
  expect(body).not.toContain("'");
});

it("asks for a start with the token of the shell, which stands in no line", () => {
  const input = exampleBody({ type: "object", properties: { text: { enum: ["it's $HOME"] } } });
  const said = run(
    `TOKEN=hr_1\n${programLine({ address: "https://handrail.example/api/workflows/w/runs", input, version: 3 })}`,
  );
  expect(header(said, "authorization")).toBe("Bearer hr_1");
  expect(header(said, "idempotency-key")).toMatch(/^[0-9a-f]{24}$/);
  expect(JSON.parse(said.find((each) => each.startsWith("{")) ?? "")).toEqual({
    input: { text: "it's $HOME" },
    version: 3,
  });
});
