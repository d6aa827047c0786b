/** The draft as it would run: what governance adds is laid in, locked, at the doors where the server says it stands. */

import { doorsOf, placesOf, roomFor } from "./places";
import {
  bodyOf,
  changeAt,
  type Edge,
  type Graph,
  graphAt,
  isLocked,
  type Place,
  type Point,
  placeOf,
  sourceOf,
  type Workflow,
} from "./workflow";

/**
 * The draft with the woven nodes of the last preview. Arrows into a door go into what stands at it; what was drawn
 * since then keeps its own arrows.
 */
export function withWoven(workflow: Workflow, preview: Graph): Workflow {
  return layIn(workflow, preview);
}

function layIn<G extends Graph>(graph: G, preview: Graph): G {
  let whole = graph;
  for (const id of Object.keys(graph.nodes)) {
    const body = bodyOf(preview.nodes[id]);
    if (body && bodyOf(graph.nodes[id])) whole = changeAt(whole, [id], (inner) => layIn(inner, body));
  }
  const doors = doorsOf(preview);
  if (doors.size === 0) return whole;
  const entries = new Map<string, string>();
  const kept = new Set<string>();
  for (const [target, woven] of doors) {
    const [first] = woven;
    if (first === undefined || (target !== null && !graph.nodes[target])) continue;
    if (target !== null) entries.set(target, first);
    for (const id of woven) kept.add(id);
  }
  const locked = Object.entries(preview.nodes).filter(([id]) => kept.has(id));
  const own = graph.edges.map((edge): Edge => ({ from: edge.from, to: entries.get(edge.to) ?? edge.to }));
  const doorEdges = preview.edges.filter((edge) => kept.has(sourceOf(edge)));
  const toResult = preview.edges.filter(
    (edge) => kept.has(edge.to) && !kept.has(sourceOf(edge)) && graph.nodes[sourceOf(edge)] && !isEntry(edge, entries),
  );
  return {
    ...whole,
    nodes: { ...whole.nodes, ...Object.fromEntries(locked) },
    edges: [...own, ...toResult, ...doorEdges],
  };
}

const isEntry = (edge: Edge, entries: ReadonlyMap<string, string>): boolean => [...entries.values()].includes(edge.to);

/** Where nodes that were moved in the drawing with its woven nodes stand in the draft, which has no room for those. */
export function withoutRoom(
  shown: Workflow,
  draft: Workflow,
  place: Place,
  moved: Readonly<Record<string, Point>>,
): Record<string, Point> {
  const graph = graphAt(shown, place);
  if (shown === draft || !graph) return { ...moved };
  const own = placesOf(draft, place);
  const room = roomFor(graph, own);
  return Object.fromEntries(
    Object.entries(moved)
      .filter(([path]) => !isLocked(graph.nodes[placeOf(path).id]))
      .map(([path, [x, y]]): [string, Point] => [path, [x - room(own[placeOf(path).id]?.[0] ?? 0), y]]),
  );
}
