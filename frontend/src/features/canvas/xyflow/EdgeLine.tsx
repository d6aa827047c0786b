import { BaseEdge, EdgeLabelRenderer, type EdgeProps } from "@xyflow/react";
import { Plus, X } from "lucide-react";
import { memo, useState } from "react";
import { useTranslation } from "react-i18next";
import { announce } from "@/kit/announce";
import { useEditorStore } from "../editor";
import type { DrawnEdge } from "./draw";
import { drawLine } from "./Line";

/** An arrow; pointed at or focused, it offers to insert a step or to be taken away. */
export const EdgeLine = memo(function EdgeLine({ selected, data, ...ends }: EdgeProps<DrawnEdge>) {
  const { t } = useTranslation();
  const store = useEditorStore();
  const [isNear, setNear] = useState(false);
  const {
    path,
    tip,
    middle: [x, y],
  } = drawLine(ends);
  if (!data) return null;
  const isOpen = (isNear || selected === true) && !data.isFixed;
  return (
    <g
      data-tone={data.tone}
      data-labelled={data.labels !== "" || undefined}
      onPointerEnter={() => setNear(true)}
      onPointerLeave={() => setNear(false)}
    >
      <BaseEdge path={path} className="line" interactionWidth={24} markerEnd="" />
      <path className="tip" d={tip} />
      {data.labels && !isOpen && (
        <EdgeLabelRenderer>
          <div
            className="edge-labels"
            style={{ transform: `translate(-50%, calc(-50% - 42px)) translate(${x}px, ${y}px)` }}
          >
            {data.labels}
          </div>
        </EdgeLabelRenderer>
      )}
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
