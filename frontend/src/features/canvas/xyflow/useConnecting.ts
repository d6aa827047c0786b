import { type Connection, type FinalConnectionState, type OnConnectEnd, useReactFlow } from "@xyflow/react";
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

  /** Where an arrow was refused, why. Tells whether there was a node at its end. */
  const explain = useCallback(
    (state: FinalConnectionState): boolean => {
      const graph = graphAt(store.getState().history.present, place);
      const from = state.fromNode && fromHandle(state.fromNode.id, state.fromHandle?.id);
      if (!graph || !from || !state.toNode) return false;
      const problem = connectProblem(graph, from, placeOf(state.toNode.id).id, palette);
      if (problem) announce(t("connect.refused", { why: t(`connect.${problem}`) }));
      return true;
    },
    [store, place, palette, t],
  );

  const onConnectEnd: OnConnectEnd = useCallback(
    (event, state) => {
      const from = state.fromNode && fromHandle(state.fromNode.id, state.fromHandle?.id);
      if (state.isValid || explain(state) || !from) return;
      const point = "changedTouches" in event ? event.changedTouches[0] : event;
      const at = point && flow.screenToFlowPosition({ x: point.clientX, y: point.clientY });
      store.getState().pick({
        place,
        spot: { behind: { id: from.id, port: from.port } },
        ...(at && { at: [Math.round(at.x), Math.round(at.y - 30)] as Point }),
      });
    },
    [store, place, flow, explain],
  );

  const onClickConnectEnd: OnConnectEnd = useCallback((_, state) => void (state.isValid || explain(state)), [explain]);

  return { isValid, onConnect, onConnectEnd, onClickConnectEnd };
}
