import { describe, expect, it } from "vitest";
import { addNode } from "./change";
import { compareGraphs } from "./compare";
import { PALETTE, triage } from "./example";
import { tidy } from "./layout";
import { neighbour, outline } from "./outline";
import { placesOf } from "./places";
import { withoutRoom, withWoven } from "./weave";

describe("the list", () => {
  it("indents the ways of a branch and comes back where they meet", () => {
    const rows = outline(triage(), PALETTE).map((row) => `${"  ".repeat(row.depth)}${row.way?.port ?? ""}>${row.id}`);
    expect(rows).toEqual([">classify", ">route", "  unsure>sort", ">answer", ">send"]);
  });

  it("shows a body under its container, with paths", () => {
    const outer = addNode(triage(), [], "flow.map@1", PALETTE, { title: "Rows", spot: { before: "classify" } });
    const inner = addNode(outer.workflow, ["rows"], "prompt.complete@1", PALETTE, { title: "Check" });
    const rows = outline(inner.workflow, PALETTE);
    expect(rows.slice(0, 3).map((row) => [row.path, row.depth])).toEqual([
      ["rows", 0],
      ["rows.check", 1],
      ["classify", 0],
    ]);
  });

  it("loses no node, not even in a circle", () => {
    const start = triage();
    const circle = {
      ...start,
      edges: [...start.edges, { from: "send", to: "classify" }, { from: "send", to: "nobody" }],
    };
    expect(new Set(outline(circle, PALETTE).map((row) => row.id))).toEqual(new Set(Object.keys(start.nodes)));
  });
});

describe("focus along the graph", () => {
  it("goes to what follows, what was before and what stands beside", () => {
    const graph = triage();
    expect(neighbour(graph, "classify", "next", PALETTE)).toBe("route");
    expect(neighbour(graph, "route", "next", PALETTE)).toBe("sort");
    expect(neighbour(graph, "sort", "below", PALETTE)).toBe("answer");
    expect(neighbour(graph, "send", "previous", PALETTE)).toBe("answer");
    expect(neighbour(graph, "send", "next", PALETTE)).toBeNull();
  });
});

describe("comparing", () => {
  it("sees meaning and no positions", () => {
    const [before, after] = [triage(), triage()];
    after.layout.sort = [0, 0];
    expect(compareGraphs(before, after).nodes.size).toBe(0);
    delete after.nodes.send;
    after.edges = after.edges.filter((edge) => edge.to !== "send");
    after.nodes.answer = { ...before.nodes.answer, type: "prompt.complete@1", title: "Answer" };
    const change = compareGraphs(before, after);
    expect([...change.nodes]).toEqual([
      ["answer", "changed"],
      ["send", "removed"],
    ]);
    expect(change.parts.get("answer")).toEqual(["title"]);
    expect(change.edges).toEqual([{ place: [], edge: { from: "answer", to: "send" }, is: "removed" }]);
  });
});

it("tidies up without overlaps, from left to right", () => {
  const places = tidy(triage(), {});
  const x = (id: string): number => places[id]?.[0] ?? Number.NaN;
  expect(x("classify")).toBeLessThan(x("route"));
  expect(x("answer")).toBeLessThan(x("send"));
  expect(x("sort") - x("route")).toBeGreaterThanOrEqual(184);
});

it("puts nodes without a place where nothing else stands", () => {
  const start = triage();
  const places = Object.values(placesOf({ ...start, layout: { sort: [640, 40] } }, []));
  expect(places).toHaveLength(5);
  for (const [at, [x, y]] of places.entries())
    for (const [otherX, otherY] of places.slice(at + 1))
      expect(Math.abs(x - otherX) >= 184 || Math.abs(y - otherY) >= 84).toBe(true);
});

it("puts woven nodes before the door they guard, and moves what stands behind it", () => {
  const start = triage();
  const woven = (target: string) => ({ template: "t", rule: "r", owner: "o", because: "b", target });
  const nodes = {
    ...start.nodes,
    g_send_mask: { type: "policy.personal_data@1", woven: woven("send") },
    g_send_look: { type: "review.approve@1", woven: woven("send") },
    g_result_look: { type: "review.approve@1", woven: woven("result") },
  };
  const edges = start.edges.filter((edge) => edge.to !== "send");
  edges.push({ from: "answer", to: "g_send_mask" }, { from: "g_send_mask", to: "g_send_look" });
  edges.push({ from: "g_send_look.approved", to: "send" }, { from: "send", to: "g_result_look" });
  const places = placesOf({ ...start, nodes, edges }, []);
  expect(places.answer).toEqual(start.layout.answer);
  expect(places.g_send_mask).toEqual([1200, 120]);
  expect(places.g_send_look).toEqual([1432, 120]);
  expect(places.send).toEqual([1664, 120]);
  expect(places.g_result_look?.[0]).toBe(1896);
});

it("lays what governance adds into a draft that has changed since, and takes the room out again", () => {
  const start = triage();
  const mask = {
    type: "policy.personal_data@1",
    woven: { template: "t", rule: "r", owner: "o", because: "b", target: "send" },
  };
  const preview = {
    ...start,
    nodes: { ...start.nodes, g_send: mask },
    edges: [
      ...start.edges.filter((edge) => edge.to !== "send"),
      { from: "answer", to: "g_send" },
      { from: "g_send", to: "send" },
    ],
  };
  const draft = addNode(start, [], "prompt.complete@1", PALETTE, { title: "New", spot: { before: "send" } }).workflow;
  const shown = withWoven(draft, preview);
  const into = shown.edges.filter((edge) => edge.to === "send" || edge.to === "g_send").map((edge) => edge.from);
  expect(into.sort()).toEqual(["answer", "g_send", "new"]);
  expect(shown.nodes.new).toBeDefined();
  expect(placesOf(shown, []).send).toEqual([1432, 120]);
  expect(withoutRoom(shown, draft, [], { send: [1450, 140], g_send: [0, 0] })).toEqual({ send: [1218, 140] });
  expect(withWoven(start, start)).toBe(start);
});
