import { describe, expect, it } from "vitest";
import { copyNodes, pasteNodes } from "./clipboard";
import { PALETTE, triage } from "./example";
import { idFrom, idProblem } from "./names";
import { renameInExpression, renameInTemplate } from "./references";

const names = new Map([["answer", "reply"]]);

describe("renaming", () => {
  it.each([
    ["answer.text", "reply.text"],
    ["input.answer", "input.answer"],
    ["input . answer", "input . answer"],
    ["'answer.text' + answer.text", "'answer.text' + reply.text"],
    ['"say \\"answer\\"" + answer.text', '"say \\"answer\\"" + reply.text'],
    ["answer(answer)", "answer(reply)"],
    ["{'to': answer.text, 'answers': answers}", "{'to': reply.text, 'answers': answers}"],
    ["r'\\' + answer + 'answer'", "r'\\' + reply + 'answer'"],
    ["1 < answer.n && has(answer.text)", "1 < reply.n && has(reply.text)"],
  ])("%s", (before, after) => expect(renameInExpression(before, names)).toBe(after));

  it("touches only the holes of a template", () => {
    expect(renameInTemplate("The answer: {{ answer.text }} {{{{answer}}", names)).toBe(
      "The answer: {{ reply.text }} {{{{answer}}",
    );
  });
});

describe("ids", () => {
  it.each([
    ["Draft the answer", "draft_the_answer"],
    ["  Über-Prüfung (2)  ", "uber_prufung_2"],
    ["2nd look", "step_2nd_look"],
    ["Map", "step_map"],
    ["G force", "step_g_force"],
    ["日本", "step"],
    ["", "step"],
  ])("of %s", (title, id) => {
    expect(idFrom(title, [])).toBe(id);
    expect(idProblem(id)).toBeNull();
  });

  it("are new", () => expect(idFrom("Check", ["check", "check_2"])).toBe("check_3"));
});

describe("the clipboard", () => {
  it("carries nodes, the edges among them and nothing else, and pastes them under fresh names", () => {
    const text = copyNodes(triage(), [], ["classify", "route"]) ?? "";
    const pasted = pasteNodes(triage(), [], text, PALETTE);
    expect(pasted?.ids).toEqual(["classify_2", "route_2"]);
    const nodes = pasted?.workflow.nodes ?? {};
    expect(nodes.route_2?.config?.cases).toEqual([{ port: "unsure", when: "classify_2.confidence < 0.7" }]);
    expect(pasted?.workflow.edges.slice(5)).toEqual([{ from: "classify_2", to: "route_2" }]);
    expect(pasted?.workflow.layout.route_2).toEqual([400, 180]);
  });

  it("leaves locked nodes behind", () => {
    const workflow = triage();
    const woven = { template: "t", rule: "r", owner: "o", because: "b", target: "send" };
    workflow.nodes.sort = { type: "review.edit@1", woven };
    expect(copyNodes(workflow, [], ["sort"])).toBeNull();
    expect(copyNodes(workflow, [], ["sort", "send"])).not.toContain("review.edit@1");
  });

  it("takes other text for what it is", () => {
    for (const text of ["", "hello", "[]", "null", '{"handrail-nodes": 1}', '{"nodes": {}}'])
      expect(pasteNodes(triage(), [], text, PALETTE)).toBeNull();
  });
});
