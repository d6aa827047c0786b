import { type Connection, type OnConnectEnd, useReactFlow } from "@xyflow/react";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { connectProblem, graphAt, nameOf, type Place, type Point, placeOf } from "@/graph";
import { announce } from "@/kit/announce";
import { useEditor, useEditorStore } from "../editor";
import { fromHandle } from "./draw";

/** Arrows by dragging or by two clicks: what fits, what happens, and why not. Let go over nothing, it asks what to add. */
export function useConnecting(place: Place) {
  const { t } = useTranslation();
  const store = useEditorStore();
  const flow = useReactFlow();
  const palette = useEditor((state) => state.palette);

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

  return { isValid, onConnect, onConnectEnd };
}
