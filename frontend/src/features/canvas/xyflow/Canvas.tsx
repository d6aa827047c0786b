import "@xyflow/react/dist/base.css";
import "./xyflow.css";
import {
  Background,
  BackgroundVariant,
  type EdgeChange,
  MiniMap,
  type NodeChange,
  Panel,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from "@xyflow/react";
import { useCallback, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  changeGroup,
  graphAt,
  isContainer,
  moveNodes,
  nameOf,
  type Point,
  placeOf,
  placesOf,
  type Workflow,
  withoutRoom,
} from "@/graph";
import { GROUP, groupOf, shownOf, useEditor, useEditorStore } from "../editor";
import { usePainting } from "../usePainting";
import { CanvasTools } from "./CanvasTools";
import { type DrawnEdge, type DrawnNode, drawEdges, drawNodes } from "./draw";
import { drawGroups } from "./drawGroups";
import { EdgeLine } from "./EdgeLine";
import { EndCard } from "./EndCard";
import { FrameNode, NoteNode } from "./GroupNodes";
import { openAt } from "./openAt";
import { StepNode } from "./StepNode";
import { useConnecting } from "./useConnecting";
import { useFollow } from "./useFollow";
import { useGraphKeys } from "./useGraphKeys";

const NODE_TYPES = { step: StepNode, end: EndCard, frame: FrameNode, note: NoteNode };
const EDGE_TYPES = { line: EdgeLine };
const FAR = 0.35;
const MAP_FROM = 30;
const INSPECTOR = 420;

/** The draft as a drawing. It holds no state of its own but what a drag moves until it is let go. */
export function Canvas() {
  return (
    <ReactFlowProvider>
      <Drawing />
    </ReactFlowProvider>
  );
}

/** What was moved: steps by their path, notes by theirs. */
function apart(places: Record<string, Point>) {
  const all = Object.entries(places);
  return {
    steps: Object.fromEntries(all.filter(([path]) => !path.startsWith("$"))),
    notes: Object.fromEntries(all.filter(([path]) => path.startsWith(GROUP))),
  };
}

const moveNotes = (workflow: Workflow, notes: Record<string, Point>): Workflow =>
  Object.entries(notes).reduce(
    (now, [path, [x, y]]) => changeGroup(now, path.slice(GROUP.length), { at: [Math.round(x), Math.round(y)] }),
    workflow,
  );

function Drawing() {
  const { t } = useTranslation();
  const store = useEditorStore();
  const flow = useReactFlow();
  const frame = useRef<HTMLDivElement>(null);
  const workflow = useEditor((state) => state.history.present);
  const place = useEditor((state) => state.place);
  const shown = useEditor(shownOf);
  const palette = useEditor((state) => state.palette);
  const selected = useEditor((state) => state.selected);
  const check = useEditor((state) => state.check);
  const [moved, setMoved] = useState<Record<string, Point>>({});
  const words = useMemo(() => ({ start: t("editor.start"), result: t("editor.result"), error: t("port.error") }), [t]);

  const painting = usePainting(shown);

  const still = useMemo(
    () => drawNodes(shown, place, palette, check?.findings ?? [], words, painting),
    [shown, place, palette, check, words, painting],
  );
  // What is dragged or selected is laid over, so that the other nodes stay the same objects.
  const nodes = useMemo(
    () =>
      [...drawGroups(shown, place, still), ...still].map((node) => {
        const at = moved[node.id];
        const isSelected = selected.includes(node.id);
        if (!at && !isSelected) return node;
        return { ...node, selected: isSelected, ...(at && { position: { x: at[0], y: at[1] } }) };
      }),
    [shown, place, still, moved, selected],
  );
  const edges = useMemo(
    () => drawEdges(shown, place, palette, words, painting),
    [shown, place, palette, words, painting],
  );

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
      const { steps, notes } = apart(places);
      store
        .getState()
        .act("move", what, (now) => moveNotes(moveNodes(now, withoutRoom(shown, now, place, steps)), notes));
      setMoved({});
    },
    [store, workflow, shown, place],
  );

  const onEdgesChange = useCallback(
    (changes: EdgeChange<DrawnEdge>[]) => {
      const picked = changes.find((change) => change.type === "select" && change.selected);
      if (picked) store.getState().select([]);
    },
    [store],
  );

  const { isValid, onConnect, onConnectEnd, onClickConnectEnd } = useConnecting(place);
  const { onKeyDown, focusNode } = useGraphKeys(frame, {
    graph: graphAt(shown, place) ?? shown,
    place,
    palette,
    onSelect: (path) => store.getState().select([path]),
    onNudge: (path, [right, down]) => {
      const { id } = placeOf(path);
      const note = groupOf(workflow, path);
      if (note?.at) {
        const at: Point = [note.at[0] + right, note.at[1] + down];
        store.getState().act("move", note.note ?? "", (now) => moveNotes(now, { [path]: at }), path);
        return;
      }
      const [x, y] = placesOf(workflow, place)[id] ?? [0, 0];
      const name = nameOf(graphAt(workflow, place) ?? workflow, id);
      store.getState().act("move", name, (now) => moveNodes(now, { [path]: [x + right, y + down] }), path);
    },
  });
  useFollow(frame, selected.length === 1 ? selected[0] : undefined, INSPECTOR);

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
        onClickConnectEnd={onClickConnectEnd}
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
        onInit={(instance) => openAt(instance, nodes, frame.current?.clientHeight ?? 600)}
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
