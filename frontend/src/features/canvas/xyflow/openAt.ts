import { getViewportForBounds, type Viewport } from "@xyflow/react";
import { type DrawnNode, heightOf } from "./draw";

const SMALLEST = 0.7;
const WIDTH = 184;

export type Size = { width: number; height: number };

/** Where a drawing opens: everything in view where it can be read; else the beginning. */
export function openAt(nodes: readonly DrawnNode[], { width, height }: Size): Viewport {
  if (nodes.length === 0) return { x: 0, y: 0, zoom: 1 };
  const left = Math.min(...nodes.map((node) => node.position.x));
  const top = Math.min(...nodes.map((node) => node.position.y));
  const right = Math.max(...nodes.map((node) => node.position.x + (node.width ?? WIDTH)));
  const bottom = Math.max(...nodes.map((node) => node.position.y + (node.height ?? heightOf(node))));
  const bounds = { x: left, y: top, width: right - left, height: bottom - top };
  const all = getViewportForBounds(bounds, width, height, 0.1, 1, 0.08);
  if (all.zoom >= SMALLEST) return all;
  const first = nodes.find((node) => node.position.x === left);
  return { x: 40 - left, y: Math.min(300, height * 0.4) - (first?.position.y ?? 0), zoom: 1 };
}
