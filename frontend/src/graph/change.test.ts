import { describe, expect, it } from "vitest";
import {
  addNode,
  connect,
  connectProblem,
  disconnect,
  groupNodes,
  moveNodes,
  relocateNode,
  removeNodes,
  renameNode,
  setBinding,
  setConfig,
} from "./change";
import { PALETTE, TRIAGE, triage } from "./example";
import { parseWorkflow, serialiseWorkflow, type Workflow } from "./workflow";

const edgesOf = (workflow: Workflow): string[] => workflow.edges.map((edge) => `${edge.from}>${edge.to}`);

describe("a file", () => {
  it("comes back as it was, with keys in the language's order", () => {
    const file = serialiseWorkflow(triage());
    expect(file).toEqual(TRIAGE);
    expect(Object.keys(file)).toEqual(["handrail", "name", "inputs", "nodes", "edges", "result", "layout"]);
  });

  it("says only what is set", () => {
    const blank = parseWorkflow({ handrail: 1, name: "New" });
    expect(serialiseWorkflow(blank)).toEqual({ handrail: 1, name: "New" });
  });

  it("is refused when it is none", () => {
    expect(() => parseWorkflow({ name: "x" })).toThrow("handrail: 1");
    expect(() => parseWorkflow(null)).toThrow();
  });
});

describe("adding", () => {
  it("behind a port makes an id from the title, an edge and a free place", () => {
    const { workflow, id } = addNode(triage(), [], "prompt.complete@1", PALETTE, {
      title: "Grüße schreiben",
      spot: { behind: { id: "route", port: "sure" } },
    });
    expect(id).toBe("grusse_schreiben");
    expect(edgesOf(workflow)).toContain(`route.sure>${id}`);
    const spots = Object.values(workflow.layout).map(String);
    expect(new Set(spots).size).toBe(spots.length);
  });

  it("into an edge leaves no gap", () => {
    const { workflow, id } = addNode(triage(), [], "prompt.complete@1", PALETTE, {
      title: "Shorten",
      spot: { into: { from: "answer", to: "send" } },
    });
    expect(edgesOf(workflow)).toContain(`answer>${id}`);
    expect(edgesOf(workflow)).toContain(`${id}>send`);
    expect(edgesOf(workflow)).not.toContain("answer>send");
  });

  it("gives the second of a title a number", () => {
    const first = addNode(triage(), [], "prompt.complete@1", PALETTE, { title: "Write" });
    const second = addNode(first.workflow, [], "prompt.complete@1", PALETTE, { title: "Write" });
    expect(second.workflow.nodes[second.id]?.title).toBe("Write 2");
    expect(second.id).toBe("write_2");
  });

  it("into the body of a container leaves the outer graph alone", () => {
    const outer = addNode(triage(), [], "flow.map@1", PALETTE, { title: "Rows" });
    const { workflow, id } = addNode(outer.workflow, [outer.id], "prompt.complete@1", PALETTE, { title: "Check" });
    expect(workflow.nodes.rows?.config?.body).toEqual({
      nodes: { [id]: { type: "prompt.complete@1", title: "Check" } },
    });
    expect(workflow.layout[`rows.${id}`]).toBeDefined();
    expect(workflow.edges).toEqual(triage().edges);
  });
});

describe("connecting", () => {
  it("writes a condition's port always, the main port never", () => {
    const grown = addNode(triage(), [], "flow.stop@1", PALETTE, { title: "End" });
    const once = connect(grown.workflow, [], { id: "route", port: "unsure" }, grown.id, PALETTE);
    const twice = connect(once, [], { id: "send", port: "done" }, grown.id, PALETTE);
    expect(edgesOf(twice).slice(-2)).toEqual([`route.unsure>${grown.id}`, `send>${grown.id}`]);
  });

  it.each([
    ["itself", "classify", "done", "classify"],
    ["twice", "answer", "done", "send"],
    ["circle", "send", "done", "classify"],
  ])("says %s", (problem, id, port, to) => {
    expect(connectProblem(triage(), { id, port }, to, PALETTE)).toBe(problem);
    expect(edgesOf(connect(triage(), [], { id, port }, to, PALETTE))).toEqual(edgesOf(triage()));
  });

  it("is undone by disconnecting", () => {
    expect(edgesOf(disconnect(triage(), [], { from: "sort", to: "answer" }))).not.toContain("sort>answer");
  });
});

describe("deleting", () => {
  it("closes the line where one edge came in and one went out", () => {
    const workflow = removeNodes(triage(), [], ["sort"]);
    expect(edgesOf(workflow)).toContain("route.unsure>answer");
    expect(workflow.layout.sort).toBeUndefined();
  });

  it("takes the edges with it where the line cannot be closed", () => {
    expect(edgesOf(removeNodes(triage(), [], ["route"]))).toEqual(["sort>answer", "answer>send"]);
  });

  it("keeps locked nodes and their edges", () => {
    const woven = { template: "t", rule: "r", owner: "o", because: "b", target: "send" };
    const start = triage();
    const locked = { ...start, nodes: { ...start.nodes, sort: { type: "review.edit@1", woven } } };
    expect(removeNodes(locked, [], ["sort"])).toBe(locked);
  });

  it("forgets empty groups", () => {
    const grouped = groupNodes(triage(), [], ["sort"], "By hand");
    expect(removeNodes(grouped, [], ["sort"]).groups).toEqual([]);
  });
});

describe("moving in the list", () => {
  it("closes the line behind and opens it in front", () => {
    const workflow = relocateNode(triage(), [], "sort", { into: { from: "answer", to: "send" } }, PALETTE);
    expect(edgesOf(workflow)).toEqual([
      "classify>route",
      "route.sure>answer",
      "answer>sort",
      "sort>send",
      "route.unsure>answer",
    ]);
  });

  it("changes nothing where the node would stand behind itself", () => {
    const start = triage();
    expect(relocateNode(start, [], "sort", { into: { from: "sort", to: "answer" } }, PALETTE)).toBe(start);
  });
});

describe("changing", () => {
  it("renames a node everywhere it is read", () => {
    const workflow = renameNode(triage(), [], "classify", "Topic!", PALETTE);
    expect(Object.keys(workflow.nodes)).toContain("topic");
    expect(workflow.nodes.route?.config?.cases).toEqual([{ port: "unsure", when: "topic.confidence < 0.7" }]);
    expect(workflow.nodes.answer?.inputs?.topic).toEqual({ from: ["sort.decided", "topic.category"] });
    expect(edgesOf(workflow)[0]).toBe("topic>route");
    expect(workflow.layout.topic).toEqual([80, 120]);
    expect(JSON.stringify(serialiseWorkflow(workflow))).not.toContain("classify.");
  });

  it("lets edges follow a condition's new name", () => {
    const config = { cases: [{ port: "doubtful", when: "classify.confidence < 0.7" }], otherwise: "sure" };
    expect(edgesOf(setConfig(triage(), [], "route", config, PALETTE))).toContain("route.doubtful>sort");
  });

  it("sets and takes away a binding", () => {
    const bound = setBinding(triage(), [], "sort", "ticket", { from: "input.ticket" });
    expect(bound.nodes.sort?.inputs?.ticket).toEqual({ from: "input.ticket" });
    expect(setBinding(bound, [], "sort", "ticket", null)).toEqual(triage());
  });

  it("moves to whole pixels", () => {
    expect(moveNodes(triage(), { sort: [10.4, 9.6] }).layout.sort).toEqual([10, 10]);
  });
});
