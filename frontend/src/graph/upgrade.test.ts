import { expect, it } from "vitest";
import { triage } from "./example";
import type { NodeType } from "./palette";
import { upgradeNode } from "./upgrade";

const newer = (over: Partial<NodeType> = {}): NodeType => ({
  key: "tool.crm_reply@2",
  title: "Reply",
  summary: "",
  kind: "tool",
  control: "step",
  effects: { effect: "write", external: true, irreversible: false, spends: false },
  ports: [{ name: "done", title: "Done" }],
  config: { properties: { method: { "x-fixed": true }, timeout: {} } },
  input: { properties: { text: {} } },
  free: false,
  output: {},
  icon: "",
  ...over,
});

const placed = () => {
  const start = triage();
  const send = {
    type: "tool.crm_reply@1",
    title: "Send",
    config: { method: "POST", timeout: 3, gone: true },
    inputs: { text: { from: "answer.text" }, tone: { value: "kind" } },
  };
  return { ...start, nodes: { ...start.nodes, send } };
};

it("keeps what the newer version takes, drops the rest and names it", () => {
  const start = placed();
  const { workflow, dropped } = upgradeNode(start, [], "send", newer(), new Map());
  expect(workflow.nodes.send).toEqual({
    type: "tool.crm_reply@2",
    title: "Send",
    config: { timeout: 3 },
    inputs: { text: { from: "answer.text" } },
  });
  expect(dropped).toEqual({ settings: ["method", "gone"], inputs: ["tone"] });
  expect(workflow.edges).toEqual(start.edges);
  expect(start.nodes.send.type).toBe("tool.crm_reply@1");
});

it("keeps every input where any may be given, and leaves what is not there alone", () => {
  const start = placed();
  const free = upgradeNode(start, [], "send", newer({ free: true }), new Map());
  expect(Object.keys(free.workflow.nodes.send?.inputs ?? {})).toEqual(["text", "tone"]);
  expect(upgradeNode(start, [], "nobody", newer(), new Map()).workflow).toBe(start);
});
