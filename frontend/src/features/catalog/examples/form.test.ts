/** The form of an example is made of what the template asks for. */

import { expect, it } from "vitest";
import type { NodeTemplate } from "@/api/client";
import type { NodeType, Schema } from "@/graph";
import { readAny, showAny } from "./AnyField";
import { asWritten, canDraw, fieldsOf, formOf, holesIn, listIn } from "./form";

const BASE = {
  key: "tool.http_request@1",
  kind: "tool",
  control: "step",
  effects: { effect: "write", external: true },
  ports: [{ name: "done", title: "Done" }],
  free: true,
  input: { type: "object", properties: { body: { title: "Body" } } },
  output: { type: "object", properties: { status: { type: "integer" }, body: {} } },
  config: {
    required: ["url"],
    properties: {
      url: { type: "string" },
      method: { enum: ["GET", "POST"] },
      timeout: { type: "number", default: 30 },
    },
  },
} as unknown as NodeType;
const SOURCE = { base: BASE.key, name: "ask", title: "Ask", summary: "Asks.", fixed: {}, open: {} };
const formWith = (part: Record<string, unknown>) =>
  formOf(BASE, { ...SOURCE, ...part } as unknown as NodeTemplate["source"]);

it("asks for the open settings in the words that teams read, and for no others", () => {
  const { config } = formWith({ open: { method: { title: "How", description: "", choices: ["GET"] } } });
  expect(fieldsOf(config)).toEqual([["method", { enum: ["GET"], title: "How" }]]);
});

it("asks for the inputs that the template names, else for those that its texts ask for", () => {
  const inputs = { type: "object", properties: { ticket: { type: "string" } } };
  expect(fieldsOf(formWith({ inputs }).inputs).map(([name]) => name)).toEqual(["ticket"]);
  expect(formWith({ inputs }).isFree).toBe(false);
  const free = formWith({ fixed: { url: "https://crm.example/{{ id }}", headers: { "X-Team": "{{ team }}" } } });
  expect(fieldsOf(free.inputs).map(([name]) => name)).toEqual(["id", "team", "body"]);
  expect(free.isFree).toBe(true);
  expect(holesIn("no {hole} here")).toEqual([]);
});

it("compares what the template says of its answer", () => {
  const { output, body } = formWith({ answers: { body: { type: "object", properties: { id: { type: "integer" } } } } });
  expect(fieldsOf(output).map(([name]) => name)).toEqual(["status", "body"]);
  expect(body && fieldsOf(body)).toEqual([["id", { type: "integer" }]]);
});

it("knows the record that a model is made to give", () => {
  const { record } = formWith({ fixed: { categories: ["bug", { name: "praise" }] } });
  expect(fieldsOf(record ?? {})[0]).toEqual(["category", { type: "string", enum: ["bug", "praise"] }]);
});

it("draws what a field can show, and nothing that it would change", () => {
  const drawn: Schema[] = [
    { type: "string" },
    { type: "array", items: { type: "string" } },
    { type: "array", items: { type: "object", properties: { id: { type: "integer" } } } },
  ];
  const written: Schema[] = [
    {},
    { type: "object" },
    { enum: [1, 2] },
    { type: ["integer", "string"] },
    { type: "array", items: {} },
    { type: "array", items: { type: "array", items: { type: "string" } } },
  ];
  expect(drawn.map(canDraw)).toEqual([true, true, true]);
  expect(written.map(canDraw)).toEqual(written.map(() => false));
});

it("writes one answer by itself and several as a list", () => {
  expect([listIn(undefined), listIn("a"), listIn([1, 2])]).toEqual([[], ["a"], [1, 2]]);
  expect([asWritten([]), asWritten(["a"]), asWritten([1, 2])]).toEqual([undefined, "a", [1, 2]]);
});

it.each([undefined, "Hello", "42", 42, true, null, { id: 7 }, ["a"]])("gives %j back as it was", (value) => {
  expect(readAny(showAny(value))).toEqual(value);
});
