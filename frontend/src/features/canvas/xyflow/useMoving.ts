import type { NodeChange } from "@xyflow/react";
import { useCallback, useMemo, useState } from "react";
import {
  changeGroup,
  graphAt,
  moveNodes,
  nameOf,
  type Place,
  type Point,
  placeOf,
  type Workflow,
  withoutRoom,
} from "@/graph";
import { GROUP, useEditor, useEditorStore } from "../editor";
import type { DrawnNode } from "./draw";

/** What was moved: steps by their path, notes by theirs. */
function apart(places: Record<string, Point>) {
  const all = Object.entries(places);
  return {
    steps: Object.fromEntries(all.filter(([path]) => !path.startsWith("$"))),
    notes: Object.fromEntries(all.filter(([path]) => path.startsWith(GROUP))),
  };
}

export const moveNotes = (workflow: Workflow, notes: Record<string, Point>): Workflow =>
  Object.entries(notes).reduce(
    (now, [path, [x, y]]) => changeGroup(now, path.slice(GROUP.length), { at: [Math.round(x), Math.round(y)] }),
    workflow,
  );

/**
 * What is dragged, until it is let go: only then does the draft change. What is dragged or selected is laid over, so that
 * all other nodes stay the same objects and are not drawn again.
 */
export function useMoving(still: DrawnNode[], shown: Workflow, place: Place) {
  const store = useEditorStore();
  const selected = useEditor((state) => state.selected);
  const [moved, setMoved] = useState<Record<string, Point>>({});

  const nodes = useMemo(() => {
    const chosen = new Set(selected);
    return still.map((node) => {
      const at = moved[node.id];
      const isSelected = chosen.has(node.id);
      if (!at && !isSelected) return node;
      return { ...node, selected: isSelected, ...(at && { position: { x: at[0], y: at[1] } }) };
    });
  }, [still, moved, selected]);

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
      const graph = graphAt(store.getState().history.present, place) ?? store.getState().history.present;
      const paths = Object.keys(places).filter((path) => !path.startsWith("$"));
      const what = paths.map((path) => nameOf(graph, placeOf(path).id)).join(", ");
      const { steps, notes } = apart(places);
      store
        .getState()
        .act("move", what, (now) => moveNotes(moveNodes(now, withoutRoom(shown, now, place, steps)), notes));
      setMoved({});
    },
    [store, shown, place],
  );

  return { nodes, onNodesChange };
}
