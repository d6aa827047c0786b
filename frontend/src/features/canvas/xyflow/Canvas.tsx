import "@xyflow/react/dist/base.css";
import "./xyflow.css";
import {
  Background,
  BackgroundVariant,
  type Connection,
  type EdgeChange,
  MiniMap,
  type NodeChange,
  type OnConnectEnd,
  Panel,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from "@xyflow/react";
import { type KeyboardEvent, useCallback, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  connectProblem,
  graphAt,
  isContainer,
  moveNodes,
  nameOf,
  neighbour,
  type Point,
  pathOf,
  placeOf,
} from "@/graph";
import { announce } from "@/kit/announce";
import { useEditor, useEditorStore } from "../editor";
import { CanvasTools } from "./CanvasTools";
import { type DrawnEdge, type DrawnNode, drawEdges, drawNodes, fromHandle } from "./draw";
import { EdgeLine } from "./EdgeLine";
import { EndCard } from "./EndCard";
import { StepNode } from "./StepNode";

const NODE_TYPES = { step: StepNode, end: EndCard };
const EDGE_TYPES = { line: EdgeLine };
const SMALLEST_AT_OPEN = 0.7;
const FAR = 0.35;
const MAP_FROM = 30;
const ARROWS = { ArrowRight: "next", ArrowLeft: "previous", ArrowUp: "above", ArrowDown: "below" } as const;
const NUDGE = 20;

/** The draft as a drawing. It holds no state of its own but what a drag moves until it is let go. */
export function Canvas() {
  return (
    <ReactFlowProvider>
      <Drawing />
    </ReactFlowProvider>
  );
}

function Drawing() {
  const { t } = useTranslation();
  const store = useEditorStore();
  const flow = useReactFlow();
  const frame = useRef<HTMLDivElement>(null);
  const workflow = useEditor((state) => state.history.present);
  const place = useEditor((state) => state.place);
  const palette = useEditor((state) => state.palette);
  const selected = useEditor((state) => state.selected);
  const check = useEditor((state) => state.check);
  const [moved, setMoved] = useState<Record<string, Point>>({});
  const words = useMemo(() => ({ start: t("editor.start"), result: t("editor.result"), error: t("port.error") }), [t]);

  const still = useMemo(
    () => drawNodes(workflow, place, palette, check?.findings ?? [], words),
    [workflow, place, palette, check, words],
  );
  // What is dragged or selected is laid over, so that the other nodes stay the same objects.
  const nodes = useMemo(
    () =>
      still.map((node) => {
        const at = moved[node.id];
        const isSelected = selected.includes(node.id);
        if (!at && !isSelected) return node;
        return { ...node, selected: isSelected, ...(at && { position: { x: at[0], y: at[1] } }) };
      }),
    [still, moved, selected],
  );
  const edges = useMemo(() => drawEdges(workflow, place, palette, words), [workflow, place, palette, words]);

  const onNodesChange = useCallback(
    (changes: NodeChange<DrawnNode>[]) => {
      const places: Record<string, Point> = {};
      let isDone = false;
      for (const change of changes)
        if (change.type === "position" && change.position) {
          places[change.id] = [change.position.x, change.position.y];
          isDone ||= change.dragging === false;
        }
      if (Object.keys(places).length === 0) return;
      if (!isDone) {
        setMoved((was) => ({ ...was, ...places }));
        return;
      }
      const paths = Object.keys(places).filter((path) => !path.startsWith("$"));
      const what = paths.map((path) => nameOf(graphAt(workflow, place) ?? workflow, placeOf(path).id)).join(", ");
      store.getState().act("move", what, (now) => moveNodes(now, places));
      setMoved({});
    },
    [store, workflow, place],
  );

  const onEdgesChange = useCallback(
    (changes: EdgeChange<DrawnEdge>[]) => {
      const picked = changes.find((change) => change.type === "select" && change.selected);
      if (picked) store.getState().select([]);
    },
    [store],
  );

  const isValid = useCallback(
    (connection: { source: string; target: string; sourceHandle?: string | null }): boolean => {
      const graph = graphAt(store.getState().history.present, place);
      const from = fromHandle(connection.source, connection.sourceHandle);
      const to = placeOf(connection.target).id;
      return graph !== null && from !== null && connectProblem(graph, from, to, palette) === null;
    },
    [store, place, palette],
  );

  const onConnect = useCallback(
    ({ source, target, sourceHandle }: Connection) => {
      const graph = graphAt(store.getState().history.present, place);
      const from = fromHandle(source, sourceHandle);
      if (!graph || !from) return;
      const to = placeOf(target).id;
      store.getState().connect(place, from, to);
      announce(t("connect.done", { from: nameOf(graph, from.id), to: nameOf(graph, to) }));
    },
    [store, place, t],
  );

  const onConnectEnd: OnConnectEnd = useCallback(
    (event, state) => {
      const graph = graphAt(store.getState().history.present, place);
      if (state.isValid || !graph || !state.fromNode) return;
      const from = fromHandle(state.fromNode.id, state.fromHandle?.id);
      if (!from) return;
      if (state.toNode) {
        const problem = connectProblem(graph, from, placeOf(state.toNode.id).id, palette);
        if (problem) announce(t(`connect.${problem}`));
        return;
      }
      const point = "changedTouches" in event ? event.changedTouches[0] : event;
      const at = point && flow.screenToFlowPosition({ x: point.clientX, y: point.clientY });
      store.getState().pick({
        place,
        spot: { behind: { id: from.id, port: from.port } },
        ...(at && { at: [Math.round(at.x), Math.round(at.y - 30)] as Point }),
      });
    },
    [store, place, palette, flow, t],
  );

  const onKeyDown = (event: KeyboardEvent): void => {
    const focused = (event.target as HTMLElement).closest<HTMLElement>("[data-path]")?.dataset.path;
    const direction = ARROWS[event.key as keyof typeof ARROWS];
    if (!focused || focused.startsWith("$")) return;
    const { id } = placeOf(focused);
    if (event.key === "Enter" || event.key === " ") store.getState().select([focused]);
    else if (direction && event.altKey) {
      const step = { next: [NUDGE, 0], previous: [-NUDGE, 0], above: [0, -NUDGE], below: [0, NUDGE] }[direction];
      const [x, y] = workflow.layout[focused] ?? [0, 0];
      store
        .getState()
        .act("move", id, (now) => moveNodes(now, { [focused]: [x + (step[0] ?? 0), y + (step[1] ?? 0)] }), focused);
    } else if (direction) {
      const to = neighbour(graphAt(workflow, place) ?? workflow, id, direction, palette);
      if (to !== null) focusNode(pathOf(place, to));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const focusNode = (path: string): void => {
    const node = flow.getNode(path);
    if (node) flow.setCenter(node.position.x + 92, node.position.y + 40, { zoom: flow.getZoom(), duration: 160 });
    // The node is drawn when it comes into view, one frame later.
    requestAnimationFrame(() =>
      requestAnimationFrame(() =>
        frame.current?.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`)?.focus({ preventScroll: true }),
      ),
    );
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the nodes inside
    <div className="drawing" ref={frame} onKeyDown={onKeyDown}>
      <ReactFlow
        key={place.join(".")}
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onConnect={onConnect}
        onConnectEnd={onConnectEnd}
        isValidConnection={isValid}
        connectOnClick
        onNodeClick={(event, node) => {
          const { selected: now, select } = store.getState();
          select(event.shiftKey ? [...new Set([...now, node.id])] : [node.id]);
        }}
        onNodeDoubleClick={(_, node) => {
          const type = palette.get(graphAt(workflow, place)?.nodes[placeOf(node.id).id]?.type ?? "");
          if (isContainer(type)) store.getState().enter([...place, placeOf(node.id).id]);
        }}
        onPaneClick={() => store.getState().select([])}
        onMove={(_, { zoom }) => frame.current?.classList.toggle("far", zoom < FAR)}
        onInit={(instance) => openAt(instance, nodes)}
        minZoom={0.1}
        maxZoom={2}
        onlyRenderVisibleElements
        nodesFocusable={false}
        edgesFocusable={false}
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        disableKeyboardA11y
        zoomOnDoubleClick={false}
        onDoubleClick={(event) => {
          if (!(event.target as HTMLElement).classList.contains("react-flow__pane")) return;
          const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
          store.getState().pick({ place, spot: null, at: [Math.round(at.x), Math.round(at.y)] });
        }}
        ariaLabelConfig={{ "handle.ariaLabel": t("canvas.port") }}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1.2} />
        <Panel position="bottom-left">
          <CanvasTools focusNode={focusNode} />
        </Panel>
        {still.length >= MAP_FROM && <MiniMap pannable zoomable ariaLabel={t("canvas.map")} />}
      </ReactFlow>
    </div>
  );
}

/** Everything in view where it can be read; else the beginning. */
function openAt(
  instance: {
    fitView: (o: { minZoom: number; maxZoom: number; padding: number }) => Promise<boolean>;
    getZoom: () => number;
    setViewport: (v: { x: number; y: number; zoom: number }) => Promise<boolean>;
  },
  nodes: DrawnNode[],
): void {
  instance.fitView({ minZoom: 0.1, maxZoom: 1, padding: 0.08 }).then(() => {
    if (instance.getZoom() >= SMALLEST_AT_OPEN) return;
    const left = Math.min(...nodes.map((node) => node.position.x));
    const first = nodes.find((node) => node.position.x === left);
    instance.setViewport({ x: 40 - left, y: 300 - (first?.position.y ?? 0), zoom: 1 });
  });
}
