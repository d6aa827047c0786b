/** The palette and the workflow that the tests of this folder use. */

import type { Control, Kind, NodeType, Palette } from "./palette";
import { type JsonRecord, parseWorkflow, type Schema, type Workflow } from "./workflow";

function type(key: string, kind: Kind, control: Control, ports: string[], config: Schema = {}): [string, NodeType] {
  const effects = { effect: "none", external: false, irreversible: false, spends: false } as const;
  const outlets = ports.map((name) => ({ name, title: name }));
  const title = key.split("@", 1)[0] ?? key;
  return [
    key,
    {
      key,
      title,
      summary: "",
      kind,
      control,
      effects,
      ports: outlets,
      config,
      input: {},
      free: true,
      output: {},
      icon: "",
    },
  ];
}

const WHEN: Schema = {
  $defs: { Case: { properties: { when: { type: "string", "x-expression": { scope: "graph", returns: "boolean" } } } } },
  properties: { cases: { type: "array", items: { $ref: "#/$defs/Case" } } },
};

export const PALETTE: Palette = new Map([
  type("prompt.classify@1", "prompt", "step", ["done"]),
  type("prompt.complete@1", "prompt", "step", ["done"]),
  type("flow.branch@1", "flow", "choose", ["done"], WHEN),
  type("flow.map@1", "flow", "each", ["done"]),
  type("flow.stop@1", "flow", "stop", ["done"]),
  type("review.approve@1", "review", "ask", ["approved", "rejected"]),
  type("review.edit@1", "review", "ask", ["done"]),
  type("tool.http_request@1", "tool", "step", ["done"]),
]);

export const TRIAGE: JsonRecord = {
  handrail: 1,
  name: "Support triage",
  inputs: { type: "object", required: ["ticket"], properties: { ticket: { type: "string" } } },
  nodes: {
    classify: { type: "prompt.classify@1", title: "What is it about?", inputs: { text: { from: "input.ticket" } } },
    route: {
      type: "flow.branch@1",
      config: { cases: [{ port: "unsure", when: "classify.confidence < 0.7" }], otherwise: "sure" },
    },
    sort: { type: "review.edit@1", inputs: { proposal: { from: "classify.category" } } },
    answer: {
      type: "prompt.complete@1",
      title: "Draft reply",
      inputs: { topic: { from: ["sort.decided", "classify.category"] } },
    },
    send: { type: "tool.http_request@1", inputs: { body: { expr: "{'text': answer.text}" } } },
  },
  edges: [
    { from: "classify", to: "route" },
    { from: "route.unsure", to: "sort" },
    { from: "route.sure", to: "answer" },
    { from: "sort", to: "answer" },
    { from: "answer", to: "send" },
  ],
  result: { reply: { from: "answer.text" } },
  layout: { classify: [80, 120], route: [360, 120], sort: [640, 40], answer: [920, 120], send: [1200, 120] },
};

export const triage = (): Workflow => parseWorkflow(structuredClone(TRIAGE));
