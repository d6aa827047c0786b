/** A graph as nodes and edges that xyflow draws. What is derived here is derived once for each change, not each frame. */

import { type Edge as FlowEdge, type Node as FlowNode, Position } from "@xyflow/react";
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
/** `isAbove`: the step right below it is the one that a run begins or ends with, as far as the drawing says. */
export type EndData = { title: string; fields: string; isAbove: boolean };
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
/** As xyflow.css draws them. */
const WIDTH = 184;
const FACE = 60;
const ROW = 28;
const DOT = 13;
const INTO = 30;
const END = 50;

/** How high a step is drawn: with several ports, each has a row; so has the way of an error. */
export function heightOf(node: DrawnNode): number {
  if (node.type !== "step") return END;
  const { ports, hasErrorEdge } = node.data;
  return FACE + ROW * ((ports.length > 1 ? ports.length : 0) + (hasErrorEdge ? 1 : 0));
}

/**
 * A node with its size and the places of its handles. Without them xyflow draws every node once, in view or not, to
 * measure it, and again after each change, since a node that is made anew is not measured.
 */
function withSize<Node extends DrawnNode>(node: Node): Node {
  const height = heightOf(node);
  const measured = { width: WIDTH, height };
  if (node.type !== "step") return { ...node, measured, handles: [] };
  const { ports, hasErrorEdge } = node.data;
  const dot = { width: DOT, height: DOT };
  const out = (id: string, x: number, y: number) => ({
    id,
    type: "source" as const,
    position: Position.Right,
    x: x - DOT / 2,
    y: y - DOT / 2,
    ...dot,
  });
  const inRow = (id: string, row: number) => out(id, WIDTH - 1, FACE - 1 + ROW * (row + 0.5));
  const isOneWay = ports.length === 1;
  const ways = ports.map(({ name }, row) => (isOneWay ? out(name, WIDTH, height / 2) : inRow(name, row)));
  if (hasErrorEdge) ways.push(inRow(ERROR_PORT, isOneWay ? 0 : ports.length));
  const into = { type: "target" as const, position: Position.Left, x: -DOT / 2, y: INTO - DOT / 2, ...dot };
  return { ...node, measured, handles: [into, ...ways] };
}

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
    return withSize({
      id: path,
      type: "step",
      position: asPosition(places[id] ?? [0, 0]),
      draggable: true,
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
    });
  });
  if (place.length) return steps;
  // In this order they are heard, and come one after the other under Tab.
  const [start, result] = ends(workflow, steps, words);
  return [start, ...steps, result];
}

const asPosition = ([x, y]: Point) => ({ x, y });

/** The start card, which stands for `input`, above the first step; the result above the last. */
function ends(workflow: Workflow, steps: DrawnNode[], words: Words): [start: DrawnNode, result: DrawnNode] {
  const xs = steps.map((node) => node.position.x);
  const first = steps.find((node) => node.position.x === Math.min(...xs))?.position ?? { x: 80, y: 200 };
  const last = steps.find((node) => node.position.x === Math.max(...xs))?.position ?? { x: 80 + ACROSS, y: 200 };
  const named = (record: object | undefined): string =>
    Object.keys(record ?? {})
      .join(", ")
      .replaceAll("_", " ");
  const card = (id: string, title: string, fields: string, x: number, y: number): DrawnNode =>
    withSize({
      id,
      type: "end",
      position: { x, y },
      draggable: false,
      connectable: false,
      data: {
        title,
        fields,
        isAbove: steps.some(({ position }) => Math.abs(position.x - x) < 1 && Math.abs(position.y - y - ABOVE) < 1),
      },
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
