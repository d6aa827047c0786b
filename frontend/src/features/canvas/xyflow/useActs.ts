import { type EdgeChange, type NodeMouseHandler, useReactFlow } from "@xyflow/react";
import { type MouseEvent, useCallback } from "react";
import { graphAt, isContainer, type Place, placeOf } from "@/graph";
import { useEditor, useEditorStore } from "../editor";
import type { DrawnEdge, DrawnNode } from "./draw";

/** What clicks do. None of it is made anew while something is dragged: every step that is drawn holds on to these. */
export function useActs(place: Place) {
  const store = useEditorStore();
  const flow = useReactFlow();
  const palette = useEditor((state) => state.palette);

  const onEdgesChange = useCallback(
    (changes: EdgeChange<DrawnEdge>[]) => {
      const picked = changes.find((change) => change.type === "select" && change.selected);
      if (picked) store.getState().select([]);
    },
    [store],
  );

  const onNodeClick: NodeMouseHandler<DrawnNode> = useCallback(
    (event, node) => {
      const { selected: now, select } = store.getState();
      select(event.shiftKey ? [...new Set([...now, node.id])] : [node.id]);
    },
    [store],
  );

  const onNodeDoubleClick: NodeMouseHandler<DrawnNode> = useCallback(
    (_, node) => {
      const { history, enter } = store.getState();
      const { id } = placeOf(node.id);
      const type = palette.get(graphAt(history.present, place)?.nodes[id]?.type ?? "");
      if (isContainer(type)) enter([...place, id]);
    },
    [store, palette, place],
  );

  const onPaneClick = useCallback(() => store.getState().select([]), [store]);

  const onDoubleClick = useCallback(
    (event: MouseEvent) => {
      if (!(event.target as HTMLElement).classList.contains("react-flow__pane")) return;
      const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
      store.getState().pick({ place, spot: null, at: [Math.round(at.x), Math.round(at.y)] });
    },
    [store, flow, place],
  );

  return { onEdgesChange, onNodeClick, onNodeDoubleClick, onPaneClick, onDoubleClick };
}
