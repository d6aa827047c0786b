import { BaseEdge, type EdgeProps, getBezierPath } from "@xyflow/react";
import { memo } from "react";
import type { DrawnEdge } from "./draw";

type Ends = Pick<EdgeProps, "sourceX" | "sourceY" | "targetX" | "targetY" | "sourcePosition" | "targetPosition">;

/** The line of an arrow with its tip, and the point in its middle. */
export function drawLine({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition }: Ends) {
  const [path, x, y] = getBezierPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition });
  const tip = `M${targetX - 9},${targetY - 5} L${targetX - 1},${targetY} L${targetX - 9},${targetY + 5}`;
  return { path, tip, middle: [x, y] as const };
}

/** An arrow to look at. */
export const Line = memo(function Line(props: EdgeProps<DrawnEdge>) {
  const { path, tip } = drawLine(props);
  return (
    <g data-tone={props.data?.tone}>
      <BaseEdge path={path} className="line" markerEnd="" />
      <path className="tip" d={tip} />
    </g>
  );
});
