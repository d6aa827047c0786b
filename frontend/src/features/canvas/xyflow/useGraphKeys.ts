import { useReactFlow } from "@xyflow/react";
import type { KeyboardEvent, RefObject } from "react";
import { graphAt, moveNodes, nameOf, neighbour, type Place, pathOf, placeOf, placesOf } from "@/graph";
import { useEditor, useEditorStore } from "../editor";

const ARROWS = { ArrowRight: "next", ArrowLeft: "previous", ArrowUp: "above", ArrowDown: "below" } as const;
const NUDGE = 20;

/** The focus goes along the graph with the arrows; with Alt they move the step. */
export function useGraphKeys(frame: RefObject<HTMLElement | null>, place: Place) {
  const store = useEditorStore();
  const flow = useReactFlow();
  const palette = useEditor((state) => state.palette);

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

  const onKeyDown = (event: KeyboardEvent): void => {
    const focused = (event.target as HTMLElement).closest<HTMLElement>("[data-path]")?.dataset.path;
    const direction = ARROWS[event.key as keyof typeof ARROWS];
    if (!focused || focused.startsWith("$")) return;
    const { id } = placeOf(focused);
    const workflow = store.getState().history.present;
    const graph = graphAt(workflow, place) ?? workflow;
    if (event.key === "Enter" || event.key === " ") store.getState().select([focused]);
    else if (direction && event.altKey) {
      const step = { next: [NUDGE, 0], previous: [-NUDGE, 0], above: [0, -NUDGE], below: [0, NUDGE] }[direction];
      const [x, y] = placesOf(workflow, place)[id] ?? [0, 0];
      store
        .getState()
        .act(
          "move",
          nameOf(graph, id),
          (now) => moveNodes(now, { [focused]: [x + (step[0] ?? 0), y + (step[1] ?? 0)] }),
          focused,
        );
    } else if (direction) {
      const to = neighbour(graph, id, direction, palette);
      if (to !== null) focusNode(pathOf(place, to));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return { onKeyDown, focusNode };
}
