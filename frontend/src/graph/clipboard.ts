/** Nodes as text on the clipboard: readable, without positions of others, locked nodes or edges to the outside. */

import { idFrom } from "./names";
import { type Palette, readingFields } from "./palette";
import { renameInNode } from "./references";
import {
  changeAt,
  type Edge,
  graphAt,
  isLocked,
  type Place,
  type Point,
  pathOf,
  sourceOf,
  type Workflow,
  type WorkflowNode,
} from "./workflow";

type Copied = {
  "handrail-nodes": 1;
  nodes: Record<string, WorkflowNode>;
  edges: Edge[];
  layout: Record<string, Point>;
};

/** The text of these nodes and the edges among them; null when nothing can be copied. */
export function copyNodes(workflow: Workflow, place: Place, ids: readonly string[]): string | null {
  const graph = graphAt(workflow, place);
  const chosen = ids.filter((id) => graph?.nodes[id] && !isLocked(graph.nodes[id]));
  if (!graph || chosen.length === 0) return null;
  const among = new Set(chosen);
  const paths = chosen.map((id) => pathOf(place, id));
  const strip = place.length ? pathOf(place, "").length : 0;
  const copied: Copied = {
    "handrail-nodes": 1,
    nodes: Object.fromEntries(chosen.map((id) => [id, graph.nodes[id] as WorkflowNode])),
    edges: graph.edges.filter((edge) => among.has(sourceOf(edge)) && among.has(edge.to)),
    layout: Object.fromEntries(
      Object.entries(workflow.layout)
        .filter(([path]) => paths.some((each) => path === each || path.startsWith(`${each}.`)))
        .map(([path, point]) => [path.slice(strip), point]),
    ),
  };
  return JSON.stringify(copied, null, 2);
}

function parseCopied(text: string): Copied | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("handrail-nodes" in value)) return null;
    const copied = value as Partial<Copied>;
    const nodes = Object.entries(copied.nodes ?? {}).filter(([, node]) => typeof node?.type === "string");
    const edges = (copied.edges ?? []).filter((edge) => typeof edge?.from === "string" && typeof edge?.to === "string");
    return { "handrail-nodes": 1, nodes: Object.fromEntries(nodes), edges, layout: copied.layout ?? {} };
  } catch {
    return null; // any other text on the clipboard is not ours, and that is no error
  }
}

/** The workflow with the copied nodes under fresh ids; null when the text holds none. `ids` are the new ones. */
export function pasteNodes(
  workflow: Workflow,
  place: Place,
  text: string,
  palette: Palette,
): { workflow: Workflow; ids: string[] } | null {
  const copied = parseCopied(text);
  const graph = graphAt(workflow, place);
  if (!copied || !graph || Object.keys(copied.nodes).length === 0) return null;
  const taken = new Set(Object.keys(graph.nodes));
  const names = new Map<string, string>();
  for (const id of Object.keys(copied.nodes)) {
    const fresh = idFrom(id, taken);
    taken.add(fresh);
    names.set(id, fresh);
  }
  const fresh = (id: string): string => names.get(id) ?? id;
  const nodes = Object.entries(copied.nodes).map(([id, { woven: _, ...node }]) => [
    fresh(id),
    renameInNode(node, names, readingFields(palette.get(node.type))),
  ]);
  const edges = copied.edges.map((edge) => {
    const [source = "", ...port] = edge.from.split(".");
    return { from: [fresh(source), ...port].join("."), to: fresh(edge.to) };
  });
  const changed = changeAt(workflow, place, (here) => ({
    ...here,
    nodes: { ...here.nodes, ...(Object.fromEntries(nodes) as Record<string, WorkflowNode>) },
    edges: [...here.edges, ...edges],
  }));
  const layout = Object.entries(copied.layout).map(([path, [x, y]]) => {
    const [root = "", ...rest] = path.split(".");
    return [pathOf(place, [fresh(root), ...rest].join(".")), [x + 40, y + 60] as Point];
  });
  return {
    workflow: { ...changed, layout: { ...changed.layout, ...Object.fromEntries(layout) } },
    ids: [...names.values()],
  };
}
