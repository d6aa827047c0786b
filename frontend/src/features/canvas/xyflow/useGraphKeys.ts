import { useReactFlow } from "@xyflow/react";
import { type KeyboardEvent, type RefObject, useCallback } from "react";
import { type Graph, neighbour, type Palette, type Place, pathOf, placeOf } from "@/graph";
import { GROUP } from "../editor";

const ARROWS = { ArrowRight: "next", ArrowLeft: "previous", ArrowUp: "above", ArrowDown: "below" } as const;
const NUDGE = 20;

type Keys = {
  graph: Graph;
  place: Place;
  palette: Palette;
  onSelect: (path: string) => void;
  /** Where steps can be moved: by how much. */
  onNudge?: (path: string, by: readonly [number, number]) => void;
};

/** A node is drawn when it comes into view, which takes as long as the way there. */
function focusWhenDrawn(frame: RefObject<HTMLElement | null>, path: string, frames = 40): void {
  requestAnimationFrame(() => {
    const node = frame.current?.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`);
    if (node) node.focus({ preventScroll: true });
    else if (frames > 0) focusWhenDrawn(frame, path, frames - 1);
  });
}

/** The focus goes along the graph with the arrows; with Alt they move the step. */
export function useGraphKeys(frame: RefObject<HTMLElement | null>, { graph, place, palette, onSelect, onNudge }: Keys) {
  const flow = useReactFlow();

  const focusNode = useCallback(
    (path: string): void => {
      const node = flow.getNode(path);
      if (node) flow.setCenter(node.position.x + 92, node.position.y + 40, { zoom: flow.getZoom(), duration: 160 });
      focusWhenDrawn(frame, path);
    },
    [flow, frame],
  );

  const onKeyDown = (event: KeyboardEvent): void => {
    const focused = (event.target as HTMLElement).closest<HTMLElement>("[data-path]")?.dataset.path;
    const direction = ARROWS[event.key as keyof typeof ARROWS];
    if (!focused || (focused.startsWith("$") && !focused.startsWith(GROUP))) return;
    const { id } = placeOf(focused);
    if (event.key === "Enter" || event.key === " ") onSelect(focused);
    else if (direction && event.altKey && onNudge) {
      onNudge(
        focused,
        { next: [NUDGE, 0], previous: [-NUDGE, 0], above: [0, -NUDGE], below: [0, NUDGE] }[direction] as [
          number,
          number,
        ],
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
