/** Tidy up: positions for a graph, by layers. Only the worker loads this file, so that dagre is not in the first load. */

import { Graph as Layers, layout } from "@dagrejs/dagre";
import { type Graph, type Point, sourceOf } from "./workflow";

export type Size = { width: number; height: number };
export type Run = "across" | "down";

/** The positions (top left) of all nodes, by id, so that arrows run one way and cross little. */
export function tidy(graph: Graph, sizes: Readonly<Record<string, Size>>, run: Run = "across"): Record<string, Point> {
  const layers = new Layers();
  layers.setGraph({ rankdir: run === "across" ? "LR" : "TB", nodesep: 40, ranksep: 48, marginx: 40, marginy: 40 });
  layers.setDefaultEdgeLabel(() => ({}));
  for (const id of Object.keys(graph.nodes)) layers.setNode(id, { ...(sizes[id] ?? { width: 184, height: 84 }) });
  for (const edge of graph.edges)
    if (graph.nodes[sourceOf(edge)] && graph.nodes[edge.to]) layers.setEdge(sourceOf(edge), edge.to);
  layout(layers);
  return Object.fromEntries(
    Object.keys(graph.nodes).map((id) => {
      const { x, y, width, height } = layers.node(id) as { x: number; y: number } & Size;
      return [id, [Math.round(x - width / 2), Math.round(y - height / 2)]];
    }),
  );
}
