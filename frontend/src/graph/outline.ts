/**
 * The graph as an ordered, indented list, as a person would tell it: one step after the other; behind a step with
 * several ways out each way is indented under its name; where the ways meet again, the list goes on at the old depth.
 */

import { type Palette, portsOf } from "./palette";
import { bodyOf, type Edge, type Graph, type Place, pathOf, portOf, sourceOf } from "./workflow";

export type Row = {
  path: string;
  place: Place;
  id: string;
  depth: number;
  /** The way that leads here, where there are several: the node and the port it leaves. */
  way: { from: string; port: string; title: string } | null;
  /** Edges that leave the node, in the order of its ports. */
  out: Edge[];
  isContainer: boolean;
};

export function outline(graph: Graph, palette: Palette, place: Place = [], depth = 0): Row[] {
  const ids = Object.keys(graph.nodes);
  const edges = graph.edges.filter((edge) => graph.nodes[sourceOf(edge)] && graph.nodes[edge.to]);
  const order = topological(ids, edges);
  const parents = dominators(order, edges);
  const children = new Map<string | null, string[]>();
  for (const id of order) {
    const parent = parents.get(id) ?? null;
    children.set(parent, [...(children.get(parent) ?? []), id]);
  }
  const rows: Row[] = [];
  const tell = (id: string, at: number, way: Row["way"]): void => {
    const node = graph.nodes[id];
    const ports = portsOf(node, palette);
    const rank = (edge: Edge): number => {
      const found = ports.findIndex((port) => port.name === (portOf(edge) ?? ports[0]?.name));
      return found < 0 ? ports.length : found;
    };
    const out = edges.filter((edge) => sourceOf(edge) === id).sort((one, other) => rank(one) - rank(other));
    const body = bodyOf(node);
    rows.push({ path: pathOf(place, id), place, id, depth: at, way, out, isContainer: body !== null });
    if (body) rows.push(...outline(body, palette, [...place, id], at + 1));
    const inside = children.get(id) ?? [];
    const isFork = out.length > 1;
    const arms = inside.filter((child) => edges.filter((edge) => edge.to === child).length === 1);
    arms.sort((one, other) => out.findIndex((edge) => edge.to === one) - out.findIndex((edge) => edge.to === other));
    for (const child of arms) {
      const edge = out.find((each) => each.to === child);
      const port = (edge && portOf(edge)) ?? ports[0]?.name ?? "";
      const title = ports.find((each) => each.name === port)?.title ?? port;
      tell(child, isFork ? at + 1 : at, isFork ? { from: id, port, title } : null);
    }
    for (const child of inside) if (!arms.includes(child)) tell(child, at, null);
  };
  for (const id of children.get(null) ?? []) tell(id, depth, null);
  return rows;
}

/** Nodes in an order in which every edge points forward; what stands in a circle comes last. */
export function topological(ids: readonly string[], edges: readonly Edge[]): string[] {
  const open = new Map(ids.map((id) => [id, 0]));
  for (const edge of edges) open.set(edge.to, (open.get(edge.to) ?? 0) + 1);
  const order: string[] = [];
  const ready = ids.filter((id) => open.get(id) === 0);
  for (let id = ready.shift(); id !== undefined; id = ready.shift()) {
    order.push(id);
    for (const edge of edges) {
      if (sourceOf(edge) !== id) continue;
      const left = (open.get(edge.to) ?? 0) - 1;
      open.set(edge.to, left);
      if (left === 0) ready.push(edge.to);
    }
  }
  const placed = new Set(order);
  return [...order, ...ids.filter((id) => !placed.has(id))];
}

/** For each node the nearest one that every way to it goes through; null is the start. (Cooper, Harvey, Kennedy 2001.) */
function dominators(order: readonly string[], edges: readonly Edge[]): Map<string, string | null> {
  const rank = new Map(order.map((id, at) => [id, at]));
  const found = new Map<string, string | null>();
  const meet = (one: string | null, other: string | null): string | null => {
    let [a, b] = [one, other];
    while (a !== b) {
      if (a === null || b === null) return null;
      if ((rank.get(a) ?? 0) > (rank.get(b) ?? 0)) a = found.get(a) ?? null;
      else b = found.get(b) ?? null;
    }
    return a;
  };
  for (const id of order) {
    // In this order every source has been judged before; edges that close a circle are left out.
    const sources = edges
      .filter((edge) => edge.to === id)
      .map(sourceOf)
      .filter((source) => found.has(source));
    const [first, ...others] = sources;
    found.set(id, first === undefined ? null : others.reduce<string | null>(meet, first));
  }
  return found;
}

export type Direction = "next" | "previous" | "above" | "below";

/**
 * Where the focus goes along the graph.
 *
 * @param from the node before it, where the focus came from: its other ways out are then the ones above and below.
 */
export function neighbour(graph: Graph, id: string, direction: Direction, palette: Palette): string | null {
  const rows = outline(graph, palette).filter((row) => row.place.length === 0);
  const row = rows.find((each) => each.id === id);
  if (!row) return null;
  if (direction === "next") return row.out[0]?.to ?? null;
  const before = rows.filter((each) => each.out.some((edge) => edge.to === id));
  if (direction === "previous") return before[0]?.id ?? null;
  const beside = before.length
    ? [...new Set(before.flatMap((each) => each.out.map((edge) => edge.to)))]
    : rows.filter((each) => !graph.edges.some((edge) => edge.to === each.id)).map((each) => each.id);
  return beside[beside.indexOf(id) + (direction === "below" ? 1 : -1)] ?? null;
}
