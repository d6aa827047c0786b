/** Where every node of a graph stands: as the file says, or, where it says nothing, behind what leads to it. */

import { topological } from "./outline";
import { graphAt, type Place, type Point, pathOf, sourceOf, type Workflow } from "./workflow";

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

/** Woven nodes and imported files have no places of their own; nothing may lie on top of something else. */
export function placesOf(workflow: Workflow, place: Place): Record<string, Point> {
  const graph = graphAt(workflow, place);
  if (!graph) return {};
  const ids = Object.keys(graph.nodes);
  const places: Record<string, Point> = {};
  for (const id of ids) {
    const known = workflow.layout[pathOf(place, id)];
    if (known) places[id] = known;
  }
  const known = graph.edges.filter((edge) => graph.nodes[sourceOf(edge)] && graph.nodes[edge.to]);
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
