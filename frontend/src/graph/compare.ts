/** What has changed between two graphs in meaning: positions, groups and the order of keys do not count. */

import {
  bodyOf,
  changeAt,
  type Edge,
  type Graph,
  type Place,
  pathOf,
  same,
  type Workflow,
  type WorkflowNode,
} from "./workflow";

export type Part = "type" | "title" | "notes" | "config" | "inputs" | "on_error" | "tags" | "woven";
export type Change = {
  nodes: Map<string, "added" | "removed" | "changed">;
  parts: Map<string, Part[]>;
  edges: { place: Place; edge: Edge; is: "added" | "removed" }[];
  isResultChanged: boolean;
};

const PARTS: Part[] = ["type", "title", "notes", "config", "inputs", "on_error", "tags", "woven"];

export function compareGraphs(before: Graph, after: Graph, place: Place = []): Change {
  const change: Change = {
    nodes: new Map(),
    parts: new Map(),
    edges: [],
    isResultChanged: !same(before.result, after.result),
  };
  for (const id of new Set([...Object.keys(before.nodes), ...Object.keys(after.nodes)])) {
    const [old, fresh] = [before.nodes[id], after.nodes[id]];
    const path = pathOf(place, id);
    if (!old || !fresh) {
      change.nodes.set(path, old ? "removed" : "added");
      continue;
    }
    const parts = PARTS.filter((part) => !same(withoutBody(old, part), withoutBody(fresh, part)));
    if (parts.length) {
      change.nodes.set(path, "changed");
      change.parts.set(path, parts);
    }
    const [oldBody, freshBody] = [bodyOf(old), bodyOf(fresh)];
    if (oldBody && freshBody) include(change, compareGraphs(oldBody, freshBody, [...place, id]));
  }
  const missing = (edge: Edge, edges: Edge[]): boolean => !edges.some((each) => same(each, edge));
  for (const edge of after.edges) if (missing(edge, before.edges)) change.edges.push({ place, edge, is: "added" });
  for (const edge of before.edges) if (missing(edge, after.edges)) change.edges.push({ place, edge, is: "removed" });
  return change;
}

function withoutBody(node: WorkflowNode, part: Part): unknown {
  if (part !== "config" || bodyOf(node) === null) return node[part] ?? null;
  const { body: _, ...config } = node.config ?? {};
  return config;
}

function include(change: Change, inner: Change): void {
  for (const [path, is] of inner.nodes) change.nodes.set(path, is);
  for (const [path, parts] of inner.parts) change.parts.set(path, parts);
  change.edges.push(...inner.edges);
  change.isResultChanged ||= inner.isResultChanged;
}

/** Both graphs in one drawing: the later one, with what it no longer has where it stood. */
export function unionOf(before: Workflow, after: Workflow): Workflow {
  return { ...joined(before, after), layout: { ...before.layout, ...after.layout } };
}

function joined<G extends Graph>(before: Graph, after: G): G {
  let whole = after;
  for (const id of Object.keys(after.nodes)) {
    const [old, fresh] = [bodyOf(before.nodes[id]), bodyOf(after.nodes[id])];
    if (old && fresh) whole = changeAt(whole, [id], (body) => joined(old, body));
  }
  const gone = Object.entries(before.nodes).filter(([id]) => !after.nodes[id]);
  const cut = before.edges.filter((edge) => !after.edges.some((each) => same(each, edge)));
  return { ...whole, nodes: { ...whole.nodes, ...Object.fromEntries(gone) }, edges: [...whole.edges, ...cut] };
}
