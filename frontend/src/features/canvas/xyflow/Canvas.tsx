import "@xyflow/react/dist/base.css";
import "./xyflow.css";
import { Background, BackgroundVariant, MiniMap, Panel, ReactFlow, type Viewport } from "@xyflow/react";
import { lazy, Suspense, useCallback, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { FindingRecord } from "@/api/pending";
import { graphAt, moveNodes, nameOf, type Point, placeOf, placesOf } from "@/graph";
import { groupOf, shownOf, useEditor, useEditorStore } from "../editor";
import { usePainting } from "../usePainting";
import { CanvasTools } from "./CanvasTools";
import { drawEdges, drawNodes } from "./draw";
import { drawGroups } from "./drawGroups";
import { EdgeLine } from "./EdgeLine";
import { EndCard } from "./EndCard";
import { FrameNode, NoteNode } from "./GroupNodes";
import { openAt, type Size } from "./openAt";
import { Sized } from "./Sized";
import { StepNode } from "./StepNode";
import { useActs } from "./useActs";
import { useConnecting } from "./useConnecting";
import { useFollow } from "./useFollow";
import { useGraphKeys } from "./useGraphKeys";
import { moveNotes, useMoving } from "./useMoving";

const FirstStep = lazy(() => import("./FirstStep").then((file) => ({ default: file.FirstStep })));

const NODE_TYPES = { step: StepNode, end: EndCard, frame: FrameNode, note: NoteNode };
const EDGE_TYPES = { line: EdgeLine };
const FAR = 0.35;
const MAP_FROM = 30;
const INSPECTOR = 420;
const NONE: readonly FindingRecord[] = [];

/** The draft as a drawing. It holds no state of its own but what a drag moves until it is let go. */
export function Canvas() {
  return <Sized>{(size) => <Drawing size={size} />}</Sized>;
}

function Drawing({ size }: { size: Size }) {
  const { t } = useTranslation();
  const store = useEditorStore();
  const frame = useRef<HTMLDivElement>(null);
  const workflow = useEditor((state) => state.history.present);
  const place = useEditor((state) => state.place);
  const shown = useEditor(shownOf);
  const palette = useEditor((state) => state.palette);
  const selected = useEditor((state) => state.selected);
  const findings = useEditor((state) => state.check?.findings) ?? NONE;
  const words = useMemo(() => ({ start: t("editor.start"), result: t("editor.result"), error: t("port.error") }), [t]);

  const painting = usePainting(shown);

  const still = useMemo(
    () => drawNodes(shown, place, palette, findings, words, painting),
    [shown, place, palette, findings, words, painting],
  );
  const all = useMemo(() => [...drawGroups(shown, place, still), ...still], [shown, place, still]);
  const { nodes, onNodesChange } = useMoving(all, shown, place);
  const edges = useMemo(
    () => drawEdges(shown, place, palette, words, painting),
    [shown, place, palette, words, painting],
  );

  const { isValid, onConnect, onConnectEnd, onClickConnectEnd } = useConnecting(place);
  const acts = useActs(place);
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

  const isBlank = place.length === 0 && selected.length === 0 && Object.keys(workflow.nodes).length === 0;
  // The same object as long as nothing of it changes: while something is dragged, none of it is drawn again.
  const around = useMemo(
    () => (
      <>
        <Background variant={BackgroundVariant.Dots} gap={20} size={1.2} />
        <Panel position="bottom-left">
          <CanvasTools focusNode={focusNode} />
        </Panel>
        {isBlank && (
          <Panel position="top-center">
            <Suspense>
              <FirstStep />
            </Suspense>
          </Panel>
        )}
        {still.length >= MAP_FROM && <MiniMap pannable zoomable ariaLabel={t("canvas.map")} />}
      </>
    ),
    [focusNode, isBlank, still.length, t],
  );
  const onMove = useCallback(
    (_: unknown, { zoom }: Viewport) => frame.current?.classList.toggle("far", zoom < FAR),
    [],
  );
  const labels = useMemo(() => ({ "handle.ariaLabel": t("canvas.port") }), [t]);

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
        onConnect={onConnect}
        onConnectEnd={onConnectEnd}
        onClickConnectEnd={onClickConnectEnd}
        isValidConnection={isValid}
        connectOnClick
        {...acts}
        onMove={onMove}
        defaultViewport={openAt(all, size)}
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
        ariaLabelConfig={labels}
      >
        {around}
      </ReactFlow>
    </div>
  );
}
