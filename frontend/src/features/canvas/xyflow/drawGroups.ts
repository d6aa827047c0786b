/** Groups as frames around their steps, and notes beside them. */

import { type Place, placeOf, type Workflow } from "@/graph";
import { GROUP } from "../editor";
import { type DrawnNode, heightOf } from "./draw";

const WIDTH = 184;
const PAD = 18;
const TITLE = 34;

/** @param steps the drawn steps of this place, around which the frames go. */
export function drawGroups(workflow: Workflow, place: Place, steps: readonly DrawnNode[]): DrawnNode[] {
  const here = place.join(".");
  return workflow.groups.flatMap((group): DrawnNode[] => {
    const id = GROUP + group.id;
    if (group.note !== undefined)
      return place.length > 0 || !group.at
        ? []
        : [{ id, type: "note", position: { x: group.at[0], y: group.at[1] }, data: { text: group.note } }];
    const inside = steps.filter((node) => group.nodes?.includes(node.id) && placeOf(node.id).place.join(".") === here);
    if (inside.length === 0) return [];
    const left = Math.min(...inside.map((node) => node.position.x)) - PAD;
    const top = Math.min(...inside.map((node) => node.position.y)) - TITLE;
    const right = Math.max(...inside.map((node) => node.position.x)) + WIDTH + PAD;
    const bottom = Math.max(...inside.map((node) => node.position.y + heightOf(node))) + PAD;
    const size = { width: right - left, height: bottom - top };
    return [
      {
        id,
        type: "frame",
        position: { x: left, y: top },
        ...size,
        draggable: false,
        zIndex: -1,
        style: { pointerEvents: "none" },
        data: { title: group.title ?? "" },
      },
    ];
  });
}
