import { useReactFlow } from "@xyflow/react";
import { type RefObject, useEffect } from "react";

const WIDTH = 184;
const HEIGHT = 90;
const SMALL = 900;

/**
 * What is selected from elsewhere (a finding, the search, the picker) is brought into view.
 *
 * @param beside how much of the right side something else covers, in pixels; on a phone it covers everything or nothing.
 */
export function useFollow(frame: RefObject<HTMLElement | null>, path: string | undefined, beside = 0): void {
  const flow = useReactFlow();
  useEffect(() => {
    const node = path === undefined ? undefined : flow.getNode(path);
    const box = frame.current?.getBoundingClientRect();
    if (!node || !box) return;
    const zoom = flow.getZoom();
    const free = box.width > SMALL ? box.width - beside : box.width;
    const { x, y } = flow.flowToScreenPosition(node.position);
    const [left, top] = [x - box.left, y - box.top];
    if (left >= 0 && top >= 0 && left + WIDTH * zoom <= free && top + HEIGHT * zoom <= box.height) return;
    const center = { x: node.position.x + WIDTH / 2, y: node.position.y + HEIGHT / 2 };
    flow.setCenter(center.x + (box.width - free) / 2 / zoom, center.y, { zoom, duration: 160 });
  }, [path, flow, frame, beside]);
}
