/** A graph as nodes and edges that xyflow draws. What is derived here is derived once for each change, not each frame. */

import type { Edge as FlowEdge, Node as FlowNode } from "@xyflow/react";
import type { FindingRecord } from "@/api/pending";
import {
  type Edge,
  ERROR_PORT,
  type Graph,
  graphAt,
  isContainer,
  isLocked,
  type Kind,
  nameOf,
  type Palette,
  type Place,
  type Point,
  type Port,
  pathOf,
  placeOf,
  placesOf,
  portOf,
  portsOf,
  sourceOf,
  type Workflow,
} from "@/graph";
import { RESULT, START } from "../editor";
import { type EdgeTone, edgeKey, NOT_PAINTED, type Paint, type Painting } from "../paint";

export type StepData = {
  title: string;
  type: string;
  kind: Kind | undefined;
  ports: Port[];
  hasErrorEdge: boolean;
  isLocked: boolean;
  isContainer: boolean;
  requiredBy: string | null;
  worst: FindingRecord["severity"] | null;
  findings: number;
  paint: Paint | null;
};
export type EndData = { title: string; fields: string };
export type LineData = {
  edge: Edge;
  place: Place;
  title: string;
  isFixed: boolean;
  tone: EdgeTone | "aside" | undefined;
  labels: string;
};

export type DrawnNode =
  | FlowNode<StepData, "step">
  | FlowNode<EndData, "end">
  | FlowNode<{ title: string }, "frame">
  | FlowNode<{ text: string }, "note">;
export type DrawnEdge = FlowEdge<LineData, "line">;
export type Words = { start: string; result: string; error: string };

const ACROSS = 232;
const ABOVE = 88;
/** Until it is measured: what is not in view never is, and the map draws it all the same. */
const SIZE = { initialWidth: 184, initialHeight: 60 };

const SEVERITIES = ["error", "warning", "note"] as const;

export function drawNodes(
  workflow: Workflow,
  place: Place,
  palette: Palette,
  findings: readonly FindingRecord[],
  words: Words,
  painting: Painting = NOT_PAINTED,
): DrawnNode[] {
  const graph = graphAt(workflow, place);
  if (!graph) return [];
  const places = placesOf(workflow, place);
  const said = new Map<string, FindingRecord[]>();
  for (const finding of findings)
    if (finding.node !== null) said.set(finding.node, [...(said.get(finding.node) ?? []), finding]);
  const withErrorEdge = new Set(graph.edges.filter((edge) => portOf(edge) === ERROR_PORT).map(sourceOf));
  const steps = Object.entries(graph.nodes).map(([id, node]): DrawnNode => {
    const path = pathOf(place, id);
    const type = palette.get(node.type);
    const own = said.get(path) ?? [];
    return {
      id: path,
      type: "step",
      position: asPosition(places[id] ?? [0, 0]),
      draggable: true,
      ...SIZE,
      data: {
        // What governance adds has no title of its own: it is called what it is.
        title: (isLocked(node) && !node.title && type?.title) || nameOf(graph, id),
        type: type?.title ?? node.type,
        kind: type?.kind,
        ports: portsOf(node, palette),
        hasErrorEdge: withErrorEdge.has(id),
        isLocked: isLocked(node),
        isContainer: isContainer(type),
        requiredBy: node.woven?.template ?? null,
        worst: SEVERITIES.find((each) => own.some((finding) => finding.severity === each)) ?? null,
        findings: own.length,
        paint: painting.steps[path] ?? null,
      },
    };
  });
  return place.length ? steps : [...steps, ...ends(workflow, steps, words)];
}

const asPosition = ([x, y]: Point) => ({ x, y });

/** The start card, which stands for `input`, above the first step; the result above the last. */
function ends(workflow: Workflow, steps: DrawnNode[], words: Words): DrawnNode[] {
  const xs = steps.map((node) => node.position.x);
  const first = steps.find((node) => node.position.x === Math.min(...xs))?.position ?? { x: 80, y: 200 };
  const last = steps.find((node) => node.position.x === Math.max(...xs))?.position ?? { x: 80 + ACROSS, y: 200 };
  const named = (record: object | undefined): string =>
    Object.keys(record ?? {})
      .join(", ")
      .replaceAll("_", " ");
  const card = (id: string, title: string, fields: string, x: number, y: number): DrawnNode => ({
    id,
    type: "end",
    position: { x, y },
    draggable: false,
    ...SIZE,
    connectable: false,
    data: { title, fields },
  });
  // With a single step the two stand side by side.
  const right = last.x === first.x ? first.x + ACROSS : last.x;
  const above = (x: number): number => {
    const near = steps.filter((node) => Math.abs(node.position.x - x) < ACROSS);
    return near.length === 0 ? first.y : Math.min(...near.map((node) => node.position.y));
  };
  return [
    card(START, words.start, named(workflow.inputs.properties as object | undefined), first.x, above(first.x) - ABOVE),
    card(RESULT, words.result, named(workflow.result), right, above(right) - ABOVE),
  ];
}

export function drawEdges(
  workflow: Workflow,
  place: Place,
  palette: Palette,
  words: Words,
  painting: Painting = NOT_PAINTED,
): DrawnEdge[] {
  const graph = graphAt(workflow, place);
  if (!graph) return [];
  return graph.edges
    .filter((edge) => graph.nodes[sourceOf(edge)] && graph.nodes[edge.to])
    .map((edge) => {
      const drawn = drawEdge(graph, edge, place, palette, words);
      const tone = toneOfEdge(graph, edge, place, palette, painting);
      const labels = painting.labels?.[pathOf(place, sourceOf(edge))]?.join(", ") ?? "";
      return { ...drawn, data: { ...drawn.data, tone, labels } };
    });
}

/** Where a way through the graph is painted, the edges beside it step back. An edge may be named with its main port or without. */
function toneOfEdge(graph: Graph, edge: Edge, place: Place, palette: Palette, { edges }: Painting): LineData["tone"] {
  const stepsBack = Object.values(edges).some((tone) => tone === "taken" || tone === "way");
  const source = sourceOf(edge);
  const port = portOf(edge) ?? portsOf(graph.nodes[source], palette)[0]?.name ?? "done";
  const to = pathOf(place, edge.to);
  return (
    edges[edgeKey({ from: pathOf(place, edge.from), to })] ??
    edges[edgeKey({ from: pathOf(place, `${source}.${port}`), to })] ??
    edges[edgeKey({ from: pathOf(place, source), to })] ??
    (stepsBack ? "aside" : undefined)
  );
}

function drawEdge(
  graph: Graph,
  edge: Edge,
  place: Place,
  palette: Palette,
  words: Words,
): DrawnEdge & { data: LineData } {
  const source = sourceOf(edge);
  const ports = portsOf(graph.nodes[source], palette);
  const port = portOf(edge) ?? ports[0]?.name ?? "done";
  const known = ports.find((each) => each.name === port);
  const title = port === ERROR_PORT ? words.error : ports.length > 1 ? known?.title || port : "";
  return {
    id: `${edge.from}>${edge.to}`,
    type: "line",
    source: pathOf(place, source),
    target: pathOf(place, edge.to),
    sourceHandle: port,
    data: {
      edge,
      place,
      title,
      isFixed: isLocked(graph.nodes[source]) || isLocked(graph.nodes[edge.to]),
      tone: undefined,
      labels: "",
    },
  };
}

/** The node and port behind a handle of a step; null for the start card. */
export function fromHandle(node: string, handle: string | null | undefined): { id: string; port: string } | null {
  return node.startsWith("$") || !handle ? null : { id: placeOf(node).id, port: handle };
}
