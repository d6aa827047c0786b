import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getBezierPath } from "@xyflow/react";
import { Plus, X } from "lucide-react";
import { memo, useState } from "react";
import { useTranslation } from "react-i18next";
import { announce } from "@/kit/announce";
import { useEditorStore } from "../editor";
import type { DrawnEdge } from "./draw";

/** An arrow; pointed at or focused, it offers to insert a step or to be taken away. */
export const EdgeLine = memo(function EdgeLine({
  sourceX,
  sourceY,
  targetX,
  targetY,
  sourcePosition,
  targetPosition,
  selected,
  data,
}: EdgeProps<DrawnEdge>) {
  const { t } = useTranslation();
  const store = useEditorStore();
  const [isNear, setNear] = useState(false);
  const [path, x, y] = getBezierPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition });
  if (!data) return null;
  const isOpen = (isNear || selected === true) && !data.isFixed;
  return (
    <g onPointerEnter={() => setNear(true)} onPointerLeave={() => setNear(false)}>
      <BaseEdge path={path} className="line" interactionWidth={24} markerEnd="" />
      <path
        className="tip"
        d={`M${targetX - 9},${targetY - 5} L${targetX - 1},${targetY} L${targetX - 9},${targetY + 5}`}
      />
      {isOpen && (
        <EdgeLabelRenderer>
          <div
            className="edge-tools nodrag nopan"
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
            onPointerEnter={() => setNear(true)}
            onPointerLeave={() => setNear(false)}
          >
            <button
              type="button"
              aria-label={t("canvas.insert")}
              onClick={() => store.getState().pick({ place: data.place, spot: { into: data.edge } })}
            >
              <Plus aria-hidden size={14} />
            </button>
            <button
              type="button"
              aria-label={t("canvas.disconnect")}
              onClick={() => {
                store.getState().disconnect(data.place, data.edge);
                announce(t("canvas.disconnected"));
              }}
            >
              <X aria-hidden size={14} />
            </button>
          </div>
        </EdgeLabelRenderer>
      )}
    </g>
  );
});
