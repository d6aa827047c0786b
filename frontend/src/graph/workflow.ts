/**
 * The workflow file as types, and the way between the file (which says only what is set) and the model that the
 * screens edit (where every part is there).
 */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonRecord = { [key: string]: Json };
export type Schema = JsonRecord;

/** Where one input field gets its value: exactly one of the four; `default` is used when nothing is there. */
export type Binding = ({ value: Json } | { from: string | string[] } | { expr: string } | { template: string }) & {
  default?: Json;
};

/** On a node that governance wove in: which rule, whose, why, and at whose door it stands. */
export type Woven = {
  template: string;
  template_version?: number;
  rule: string;
  owner: string;
  because: string;
  target: string;
};

export type WorkflowNode = {
  type: string;
  title?: string;
  notes?: string;
  config?: JsonRecord;
  inputs?: Record<string, Binding>;
  on_error?: JsonRecord;
  tags?: string[];
  woven?: Woven;
};

/** An arrow from a port of a node (`node` alone is its main port) to a node. */
export type Edge = { from: string; to: string };

export type Graph = { nodes: Record<string, WorkflowNode>; edges: Edge[]; result: Record<string, Binding> };

export type Point = [x: number, y: number];

/** A named frame around nodes, or a note on the canvas. */
export type Group = { id: string; title?: string; nodes?: string[]; note?: string; at?: Point };

/** Keys of `layout` and members of groups are node paths: `check`, or `rows.check` for a node in a body. */
export type Workflow = Graph & {
  handrail: 1;
  name: string;
  purpose?: string;
  owner?: string;
  deputy?: string;
  team?: string;
  tags?: string[];
  authors?: string[];
  risk?: "low" | "medium" | "high";
  inputs: Schema;
  triggers?: JsonRecord[];
  layout: Record<string, Point>;
  groups: Group[];
};

/** Ids of the containers to go through, from the outside in; `[]` is the workflow itself. */
export type Place = readonly string[];

export const NO_INPUTS: Schema = { type: "object", properties: {} };

const ORDER = [
  "handrail",
  "name",
  "purpose",
  "owner",
  "deputy",
  "team",
  "tags",
  "authors",
  "risk",
  "inputs",
  "triggers",
  "nodes",
  "edges",
  "result",
  "layout",
  "groups",
] as const;

export class NotAWorkflow extends Error {}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The model of a file's plain data. Unknown keys stay: the server is the judge of a file, not the screen. */
export function parseWorkflow(file: unknown): Workflow {
  if (!isRecord(file) || file.handrail !== 1 || typeof file.name !== "string")
    throw new NotAWorkflow("A workflow file says `handrail: 1` and has a name.");
  const draft = file as Partial<Workflow> & { handrail: 1; name: string };
  return {
    ...draft,
    ...parseGraph(draft),
    inputs: draft.inputs ?? NO_INPUTS,
    layout: draft.layout ?? {},
    groups: draft.groups ?? [],
  };
}

function parseGraph(graph: Partial<Graph>): Graph {
  return { nodes: graph.nodes ?? {}, edges: graph.edges ?? [], result: graph.result ?? {} };
}

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === "" ||
  (Array.isArray(value) && value.length === 0) ||
  (isRecord(value) && Object.keys(value).length === 0);

/** The file's plain data: keys in the language's order, nothing that is empty. */
export function serialiseWorkflow(workflow: Workflow): JsonRecord {
  const file: Record<string, unknown> = {};
  for (const key of ORDER) {
    const value = key === "nodes" ? serialiseNodes(workflow.nodes) : workflow[key];
    if (isEmpty(value) || (key === "inputs" && same(value, NO_INPUTS))) continue;
    file[key] = value;
  }
  return file as JsonRecord;
}

function serialiseNodes(nodes: Record<string, WorkflowNode>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(nodes).map(([id, node]) => [
      id,
      Object.fromEntries(Object.entries(node).filter(([key, value]) => key === "type" || !isEmpty(value))),
    ]),
  );
}

/** The body of a container; null where there is none. */
export function bodyOf(node: WorkflowNode | undefined): Graph | null {
  const body = node?.config?.body;
  return isRecord(body) ? parseGraph(body as Partial<Graph>) : null;
}

/** The graph at a place; null when a container on the way is gone. */
export function graphAt(graph: Graph, place: Place): Graph | null {
  let here: Graph | null = graph;
  for (const id of place) here = here && bodyOf(here.nodes[id]);
  return here;
}

/** The workflow with the graph at a place replaced by what `change` makes of it. */
export function changeAt<G extends Graph>(graph: G, place: Place, change: (graph: Graph) => Graph): G {
  const [id, ...rest] = place;
  if (id === undefined) return { ...graph, ...change(parseGraph(graph)) };
  const node = graph.nodes[id];
  const body = bodyOf(node);
  if (!node || !body) return graph;
  const changed = changeAt(body, rest, change);
  const written: JsonRecord = { nodes: serialiseNodes(changed.nodes) as JsonRecord };
  if (changed.edges.length) written.edges = changed.edges;
  if (Object.keys(changed.result).length) written.result = changed.result as JsonRecord;
  return { ...graph, nodes: { ...graph.nodes, [id]: { ...node, config: { ...node.config, body: written } } } };
}

export const pathOf = (place: Place, id: string): string => [...place, id].join(".");

export const placeOf = (path: string): { place: Place; id: string } => {
  const parts = path.split(".");
  return { place: parts.slice(0, -1), id: parts.at(-1) ?? "" };
};

export const sourceOf = (edge: Edge): string => edge.from.split(".", 1)[0] ?? "";

/** The port an edge leaves; null for the main one. */
export const portOf = (edge: Edge): string | null => {
  const at = edge.from.indexOf(".");
  return at < 0 ? null : edge.from.slice(at + 1);
};

/** What people call a node: its title, else its id. */
export const nameOf = (graph: Graph, id: string): string => graph.nodes[id]?.title || id.replaceAll("_", " ");

export const isLocked = (node: WorkflowNode | undefined): boolean => node?.woven !== undefined;

/** Whether two plain values are equal, whatever the order of their keys. */
export function same(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
    return one.every((value, at) => same(value, other[at]));
  }
  if (!isRecord(one) || !isRecord(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && same(one[key], other[key]))
  );
}
