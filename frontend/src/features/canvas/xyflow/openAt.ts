import type { ReactFlowInstance } from "@xyflow/react";
import type { DrawnEdge, DrawnNode } from "./draw";

const SMALLEST_AT_OPEN = 0.7;

/** Everything in view where it can be read; else the beginning. */
export async function openAt(
  flow: ReactFlowInstance<DrawnNode, DrawnEdge>,
  nodes: DrawnNode[],
  height: number,
): Promise<void> {
  await flow.fitView({ minZoom: 0.1, maxZoom: 1, padding: 0.08 });
  if (flow.getZoom() >= SMALLEST_AT_OPEN) return;
  const left = Math.min(...nodes.map((node) => node.position.x));
  const first = nodes.find((node) => node.position.x === left);
  await flow.setViewport({ x: 40 - left, y: Math.min(300, height * 0.4) - (first?.position.y ?? 0), zoom: 1 });
}
