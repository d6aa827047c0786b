/** Where every node of a graph stands: as the file says, or, where it says nothing, behind what leads to it. */

import { topological } from "./outline";
import { type Graph, graphAt, isLocked, type Place, type Point, pathOf, sourceOf, type Workflow } from "./workflow";

export const ACROSS = 232;
export const DOWN = 120;
const WIDTH = 200;
const HEIGHT = 90;
const FIRST: Point = [80, 160];

/** The nearest free place at or below a wanted one. */
export function freePlace(wanted: Point, taken: readonly Point[]): Point {
  let [x, y] = wanted;
  while (taken.some(([otherX, otherY]) => Math.abs(otherX - x) < WIDTH && Math.abs(otherY - y) < HEIGHT)) y += DOWN;
  return [x, y];
}

/** Where each node of a graph stands, by id: its own place, or one behind what leads to it; a woven one at its door. */
export function placesOf(workflow: Workflow, place: Place): Record<string, Point> {
  const graph = graphAt(workflow, place);
  if (!graph) return {};
  const places = ownPlaces(workflow, place, graph);
  return openDoors(graph, places);
}

/** Imported files say no places; nothing may lie on top of something else. */
function ownPlaces(workflow: Workflow, place: Place, graph: Graph): Record<string, Point> {
  const ids = Object.keys(graph.nodes).filter((id) => !isLocked(graph.nodes[id]));
  const places: Record<string, Point> = {};
  for (const id of ids) {
    const known = workflow.layout[pathOf(place, id)];
    if (known) places[id] = known;
  }
  const known = pastDoors(graph);
  for (const id of topological(ids, known)) {
    if (places[id]) continue;
    const sources = known
      .filter((edge) => edge.to === id)
      .flatMap((edge) => {
        const point = places[sourceOf(edge)];
        return point ? [point] : [];
      });
    const wanted: Point = sources.length
      ? [Math.max(...sources.map(([x]) => x)) + ACROSS, Math.min(...sources.map(([, y]) => y))]
      : FIRST;
    places[id] = freePlace(wanted, Object.values(places));
  }
  return places;
}

/** The edges among the nodes that people drew, as if nothing were woven in between. */
function pastDoors(graph: Graph): { from: string; to: string }[] {
  return graph.edges
    .filter((edge) => graph.nodes[sourceOf(edge)] && !isLocked(graph.nodes[sourceOf(edge)]))
    .flatMap((edge) => {
      const to = behindDoor(graph, edge.to);
      return to === null ? [] : [{ from: edge.from, to }];
    });
}

/** The node behind the woven ones that begin here; null where that is the result. */
function behindDoor(graph: Graph, id: string): string | null {
  let here: string | undefined = id;
  for (let left = Object.keys(graph.nodes).length; left >= 0 && here !== undefined; left -= 1) {
    if (!isLocked(graph.nodes[here])) return graph.nodes[here] ? here : null;
    const before: string = here;
    here = graph.edges.find((edge) => sourceOf(edge) === before)?.to;
  }
  return null;
}

/** The woven nodes at each door, in their order; the key is the node behind it, or null for the result. */
export function doorsOf(graph: Graph): Map<string | null, string[]> {
  const doors = new Map<string | null, string[]>();
  const locked = Object.keys(graph.nodes).filter((id) => isLocked(graph.nodes[id]));
  if (locked.length === 0) return doors;
  for (const id of topological(
    locked,
    graph.edges.filter((edge) => isLocked(graph.nodes[sourceOf(edge)])),
  )) {
    if (!isLocked(graph.nodes[id])) continue;
    const target = behindDoor(graph, id);
    doors.set(target, [...(doors.get(target) ?? []), id]);
  }
  return doors;
}

/**
 * How far to the right a node moves to make room for the woven ones, by where it stood. Doors that stand below each
 * other share their room.
 */
export function roomFor(graph: Graph, places: Readonly<Record<string, Point>>): (x: number) => number {
  const columns: { x: number; wide: number }[] = [];
  const doors = [...doorsOf(graph)].flatMap(([target, woven]) => {
    const at = target === null ? undefined : places[target];
    return at ? [{ x: at[0], wide: woven.length }] : [];
  });
  for (const door of doors.sort((one, other) => one.x - other.x)) {
    const last = columns.at(-1);
    if (last && door.x - last.x < ACROSS / 2) last.wide = Math.max(last.wide, door.wide);
    else columns.push({ ...door });
  }
  return (x) => columns.reduce((sum, column) => sum + (column.x <= x ? column.wide * ACROSS : 0), 0);
}

function openDoors(graph: Graph, places: Record<string, Point>): Record<string, Point> {
  const doors = doorsOf(graph);
  if (doors.size === 0) return places;
  const room = roomFor(graph, places);
  const moved: Record<string, Point> = Object.fromEntries(
    Object.entries(places).map(([id, [x, y]]) => [id, [x + room(x), y]]),
  );
  for (const [target, woven] of doors) {
    const taken = Object.values(moved);
    const last: Point = taken.length ? [Math.max(...taken.map(([x]) => x)) + ACROSS, taken.at(-1)?.[1] ?? 0] : FIRST;
    const at = target === null ? undefined : moved[target];
    woven.forEach((id, index) => {
      const wanted: Point = at ? [at[0] - (woven.length - index) * ACROSS, at[1]] : [last[0] + index * ACROSS, last[1]];
      moved[id] = freePlace(wanted, Object.values(moved));
    });
  }
  return moved;
}
