/** What can be done to a workflow: pure functions, each giving a new workflow and leaving the old one alone. */

import { idFrom, unused } from "./names";
import { ERROR_PORT, type Palette, portsOf, readingFields, startingConfig, writePort } from "./palette";
import { ACROSS, freePlace, placesOf } from "./places";
import { renameInBindings, renameInNode } from "./references";
import {
  type Binding,
  changeAt,
  type Edge,
  type Graph,
  graphAt,
  isLocked,
  type JsonRecord,
  type Place,
  type Point,
  pathOf,
  portOf,
  type Schema,
  same,
  sourceOf,
  type Workflow,
  type WorkflowNode,
} from "./workflow";

/** Where a new node goes: alone, behind a port, into an edge, or before a node. */
export type Spot = { behind: { id: string; port: string } } | { into: Edge } | { before: string } | null;

export function addNode(
  workflow: Workflow,
  place: Place,
  typeKey: string,
  palette: Palette,
  { title, spot = null, at }: { title: string; spot?: Spot; at?: Point },
): { workflow: Workflow; id: string } {
  const graph = graphAt(workflow, place);
  const type = palette.get(typeKey);
  if (!graph || !type) return { workflow, id: "" };
  const titles = new Set(Object.values(graph.nodes).map((node) => node.title));
  const named = numbered(title, titles);
  const id = idFrom(named, Object.keys(graph.nodes), type.kind === "flow" ? "way" : type.kind);
  const config = startingConfig(type);
  const node: WorkflowNode = { type: typeKey, title: named, ...(Object.keys(config).length > 0 && { config }) };
  const changed = changeAt(workflow, place, (here) => {
    const grown = { ...here, nodes: { ...here.nodes, [id]: node } };
    return { ...grown, edges: joined(grown, id, spot, palette) };
  });
  const position = at ?? spotPlace(workflow, place, spot);
  return { workflow: { ...changed, layout: { ...changed.layout, [pathOf(place, id)]: position } }, id };
}

function numbered(title: string, taken: ReadonlySet<string | undefined>): string {
  let named = title;
  for (let number = 2; taken.has(named); number += 1) named = `${title} ${number}`;
  return named;
}

/** Where a new step stands that is to follow a step on one of its ports: on the arrow that leaves there, or behind it. */
export function spotAfter(graph: Graph, id: string, palette: Palette, port?: string): Spot {
  const node = graph.nodes[id];
  const name = port ?? portsOf(node, palette)[0]?.name;
  if (!node || name === undefined) return null;
  // What governance adds stands on no arrow of the draft.
  const only = graph.edges.find((edge) => edge.from === writePort(id, name, node, palette));
  return only ? { into: only } : { behind: { id, port: name } };
}

function joined(graph: Graph, id: string, spot: Spot, palette: Palette): Edge[] {
  const { edges } = graph;
  const main = portsOf(graph.nodes[id], palette)[0]?.name;
  const out = main === undefined ? null : writePort(id, main, graph.nodes[id], palette);
  if (spot === null) return edges;
  if ("behind" in spot) {
    const { id: source, port } = spot.behind;
    return [...edges, { from: writePort(source, port, graph.nodes[source], palette), to: id }];
  }
  if ("before" in spot) return out === null ? edges : [...edges, { from: out, to: spot.before }];
  return edges.flatMap((edge) => {
    if (!same(edge, spot.into)) return [edge];
    const first = { from: edge.from, to: id };
    return out === null ? [first] : [first, { from: out, to: edge.to }];
  });
}

function spotPlace(workflow: Workflow, place: Place, spot: Spot): Point {
  const places = placesOf(workflow, place);
  const all = Object.values(places);
  let wanted: Point = all.length ? [Math.max(...all.map(([x]) => x)) + ACROSS, all[0]?.[1] ?? 160] : [80, 160];
  if (spot && "behind" in spot) {
    const source = places[spot.behind.id];
    if (source) wanted = [source[0] + ACROSS, source[1]];
  } else if (spot && "into" in spot) {
    const [source, target] = [places[sourceOf(spot.into)], places[spot.into.to]];
    if (source && target) wanted = [(source[0] + target[0]) / 2, (source[1] + target[1]) / 2];
  } else if (spot) {
    const target = places[spot.before];
    if (target) wanted = [target[0] - ACROSS, target[1]];
  }
  return freePlace(wanted, all);
}

/** Why an arrow may not be drawn, or null when it may. */
export function connectProblem(
  graph: Graph,
  from: { id: string; port: string },
  to: string,
  palette: Palette,
): "itself" | "twice" | "circle" | "locked" | "stop" | null {
  if (from.id === to) return "itself";
  if (isLocked(graph.nodes[from.id]) || isLocked(graph.nodes[to])) return "locked";
  if (from.port !== ERROR_PORT && portsOf(graph.nodes[from.id], palette).length === 0) return "stop";
  const written = writePort(from.id, from.port, graph.nodes[from.id], palette);
  const full = `${from.id}.${from.port}`;
  if (graph.edges.some((edge) => edge.to === to && (edge.from === written || edge.from === full))) return "twice";
  return descendants(graph, to).has(from.id) ? "circle" : null;
}

/** All nodes that stand behind a node. */
export function descendants(graph: Graph, id: string): Set<string> {
  const found = new Set<string>();
  const open = [id];
  for (let next = open.pop(); next !== undefined; next = open.pop())
    for (const edge of graph.edges)
      if (sourceOf(edge) === next && !found.has(edge.to)) {
        found.add(edge.to);
        open.push(edge.to);
      }
  return found;
}

export function connect(
  workflow: Workflow,
  place: Place,
  from: { id: string; port: string },
  to: string,
  palette: Palette,
): Workflow {
  return changeAt(workflow, place, (graph) =>
    connectProblem(graph, from, to, palette)
      ? graph
      : {
          ...graph,
          edges: [...graph.edges, { from: writePort(from.id, from.port, graph.nodes[from.id], palette), to }],
        },
  );
}

export function disconnect(workflow: Workflow, place: Place, edge: Edge): Workflow {
  return changeAt(workflow, place, (graph) => ({ ...graph, edges: graph.edges.filter((each) => !same(each, edge)) }));
}

/**
 * Takes nodes out, with their edges, positions and places in groups. Where exactly one edge came in and one went out,
 * the line is closed again. Locked nodes stay, and so do their edges.
 */
export function removeNodes(workflow: Workflow, place: Place, ids: readonly string[]): Workflow {
  const graph = graphAt(workflow, place);
  const gone = ids.filter((id) => graph?.nodes[id] && !isLocked(graph.nodes[id]));
  if (gone.length === 0) return workflow;
  const changed = changeAt(workflow, place, (here) => gone.reduce(withoutNode, here));
  const paths = gone.map((id) => pathOf(place, id));
  const stays = (path: string): boolean => !paths.some((each) => path === each || path.startsWith(`${each}.`));
  return {
    ...changed,
    layout: Object.fromEntries(Object.entries(changed.layout).filter(([path]) => stays(path))),
    groups: changed.groups
      .map((group) => (group.nodes ? { ...group, nodes: group.nodes.filter(stays) } : group))
      .filter((group) => group.note !== undefined || group.nodes?.length !== 0),
  };
}

function withoutNode(graph: Graph, id: string): Graph {
  const { [id]: _, ...nodes } = graph.nodes;
  const before = graph.edges.filter((edge) => edge.to === id);
  const after = graph.edges.filter((edge) => sourceOf(edge) === id);
  const edges = graph.edges.filter((edge) => edge.to !== id && sourceOf(edge) !== id);
  const [entry, exit] = [before[0], after[0]];
  if (before.length === 1 && after.length === 1 && entry && exit && portOf(exit) !== ERROR_PORT) {
    const closed = { from: entry.from, to: exit.to };
    if (!edges.some((edge) => same(edge, closed))) edges.push(closed);
  }
  return { ...graph, nodes, edges };
}

/** Takes a node out of its line, which closes, and puts it elsewhere: behind a port or into an edge. */
export function relocateNode(workflow: Workflow, place: Place, id: string, spot: Spot, palette: Palette): Workflow {
  const graph = graphAt(workflow, place);
  const node = graph?.nodes[id];
  if (!graph || !node || isLocked(node) || spot === null) return workflow;
  const own = "into" in spot ? [sourceOf(spot.into), spot.into.to] : ["behind" in spot ? spot.behind.id : spot.before];
  if (own.includes(id)) return workflow;
  return changeAt(workflow, place, (here) => {
    const closed = withoutNode(here, id);
    const back = { ...closed, nodes: here.nodes };
    return { ...back, edges: joined(back, id, spot, palette) };
  });
}

export function moveNodes(workflow: Workflow, places: Readonly<Record<string, Point>>): Workflow {
  const rounded = Object.entries(places).map(([path, [x, y]]) => [path, [Math.round(x), Math.round(y)] as Point]);
  return { ...workflow, layout: { ...workflow.layout, ...Object.fromEntries(rounded) } };
}

function changeNode(
  workflow: Workflow,
  place: Place,
  id: string,
  change: (node: WorkflowNode) => WorkflowNode,
): Workflow {
  return changeAt(workflow, place, (graph) => {
    const node = graph.nodes[id];
    return node && !isLocked(node) ? { ...graph, nodes: { ...graph.nodes, [id]: change(node) } } : graph;
  });
}

export const setTitle = (workflow: Workflow, place: Place, id: string, title: string): Workflow =>
  changeNode(workflow, place, id, (node) => ({ ...node, title }));

export const setNotes = (workflow: Workflow, place: Place, id: string, notes: string): Workflow =>
  changeNode(workflow, place, id, (node) => ({ ...node, notes }));

export const setOnError = (workflow: Workflow, place: Place, id: string, onError: JsonRecord | null): Workflow =>
  changeNode(workflow, place, id, ({ on_error: _, ...node }) => (onError ? { ...node, on_error: onError } : node));

/** Sets where an input gets its value; null takes the binding away. */
export const setBinding = (
  workflow: Workflow,
  place: Place,
  id: string,
  field: string,
  binding: Binding | null,
): Workflow =>
  changeNode(workflow, place, id, (node) => {
    const { [field]: _, ...others } = node.inputs ?? {};
    if (binding === null) return { ...node, inputs: others };
    return { ...node, inputs: { ...node.inputs, [field]: binding } };
  });

/** Sets the whole config. Where a condition's port is renamed, its edges follow. */
export function setConfig(
  workflow: Workflow,
  place: Place,
  id: string,
  config: JsonRecord,
  palette: Palette,
): Workflow {
  return changeAt(workflow, place, (graph) => {
    const node = graph.nodes[id];
    if (!node || isLocked(node)) return graph;
    const changed = { ...node, config };
    const [before, after] = [portsOf(node, palette), portsOf(changed, palette)].map((ports) =>
      ports.map((p) => p.name),
    );
    const edges = graph.edges.map((edge) => {
      const at = sourceOf(edge) === id ? (before ?? []).indexOf(portOf(edge) ?? "") : -1;
      const name = after?.[at];
      const isRenamed = at >= 0 && before?.length === after?.length && name !== undefined && !before?.includes(name);
      return isRenamed ? { from: `${id}.${name}`, to: edge.to } : edge;
    });
    return { ...graph, nodes: { ...graph.nodes, [id]: changed }, edges };
  });
}

/** Gives a node another id; edges, bindings, conditions, positions and groups follow. */
export function renameNode(workflow: Workflow, place: Place, id: string, wanted: string, palette: Palette): Workflow {
  const graph = graphAt(workflow, place);
  const node = graph?.nodes[id];
  if (!graph || !node || isLocked(node) || id === wanted) return workflow;
  const renamed = idFrom(
    wanted,
    Object.keys(graph.nodes).filter((each) => each !== id),
  );
  const names = new Map([[id, renamed]]);
  const changed = changeAt(workflow, place, (here) => ({
    nodes: Object.fromEntries(
      Object.entries(here.nodes).map(([each, one]) => [
        names.get(each) ?? each,
        renameInNode(one, names, readingFields(palette.get(one.type))),
      ]),
    ),
    edges: here.edges.map((edge) => ({
      from: sourceOf(edge) === id ? [renamed, ...edge.from.split(".").slice(1)].join(".") : edge.from,
      to: names.get(edge.to) ?? edge.to,
    })),
    result: renameInBindings(here.result, names),
  }));
  const [old, fresh] = [pathOf(place, id), pathOf(place, renamed)];
  const follow = (path: string): string =>
    path === old || path.startsWith(`${old}.`) ? fresh + path.slice(old.length) : path;
  return {
    ...changed,
    layout: Object.fromEntries(Object.entries(changed.layout).map(([path, point]) => [follow(path), point])),
    groups: changed.groups.map((group) => (group.nodes ? { ...group, nodes: group.nodes.map(follow) } : group)),
  };
}

export function setResult(workflow: Workflow, place: Place, field: string, binding: Binding | null): Workflow {
  return changeAt(workflow, place, (graph) => {
    const { [field]: _, ...others } = graph.result;
    return { ...graph, result: binding === null ? others : { ...graph.result, [field]: binding } };
  });
}

/** The fields that a run starts with. */
export const setInputs = (workflow: Workflow, inputs: Schema): Workflow => ({ ...workflow, inputs });

export function groupNodes(workflow: Workflow, place: Place, ids: readonly string[], title: string): Workflow {
  const paths = ids.map((id) => pathOf(place, id));
  const others = workflow.groups
    .map((group) => (group.nodes ? { ...group, nodes: group.nodes.filter((path) => !paths.includes(path)) } : group))
    .filter((group) => group.nodes?.length !== 0);
  const id = unused(
    "group",
    others.map((group) => group.id),
  );
  return { ...workflow, groups: [...others, { id, title, nodes: paths }] };
}

export function addNote(workflow: Workflow, at: Point, note: string): Workflow {
  const id = unused(
    "note",
    workflow.groups.map((group) => group.id),
  );
  return { ...workflow, groups: [...workflow.groups, { id, note, at }] };
}

export function changeGroup(
  workflow: Workflow,
  id: string,
  change: { title?: string; note?: string; at?: Point; nodes?: string[] } | null,
): Workflow {
  return {
    ...workflow,
    groups: workflow.groups.flatMap((group) => (group.id !== id ? [group] : change ? [{ ...group, ...change }] : [])),
  };
}
