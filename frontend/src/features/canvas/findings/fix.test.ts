import { expect, it } from "vitest";
import type { FindingRecord, Offer } from "@/api/pending";
import { triage } from "@/graph/example";
import { fixFor, newerOf } from "./fix";

const finding = (code: string, node: string, field: string | null): FindingRecord => ({
  code,
  severity: "error",
  sentence: "",
  way_out: "",
  node,
  field,
});
const offer = (path: string, sure = true): Offer => ({ path, word: "fits", reason: "", sure });

it("binds a missing input where only one value fits on every way, and leaves a choice to people", () => {
  const missing = finding("missing_input", "sort", "inputs.ticket");
  const one = { sort: { ticket: [offer("input.ticket"), offer("answer.text", false)] } };
  const mended = fixFor(missing, triage(), one)?.(triage());
  expect(mended?.nodes.sort?.inputs?.ticket).toEqual({ from: "input.ticket" });
  const two = { sort: { ticket: [offer("input.ticket"), offer("classify.category")] } };
  expect(fixFor(missing, triage(), two)).toBeNull();
});

it("takes out what is not there, what stands behind an end and what is drawn twice", () => {
  const start = triage();
  expect(fixFor(finding("unknown_input", "sort", "inputs.proposal"), start, {})?.(start).nodes.sort?.inputs).toEqual(
    {},
  );
  const behind = fixFor(finding("edge_behind_stop", "answer", null), start, {})?.(start);
  expect(behind?.edges.some((edge) => edge.from === "answer")).toBe(false);
  const twice = { ...start, edges: [...start.edges, { from: "answer", to: "send" }] };
  expect(fixFor(finding("duplicate_edge", "answer", null), twice, {})?.(twice).edges).toEqual(start.edges);
  expect(fixFor(finding("bad_config", "send", "config.url"), start, {})).toBeNull();
});

it("offers the newer version of a template where the checker knows one", () => {
  const said = { ...finding("newer_template", "send", "type"), params: { key: "tool.reply@1", to: "tool.reply@2" } };
  expect(newerOf(said)).toEqual({ path: "send", type: "tool.reply@1", to: "tool.reply@2" });
  expect(newerOf(finding("template_unusable", "send", "type"))).toBeNull();
});
