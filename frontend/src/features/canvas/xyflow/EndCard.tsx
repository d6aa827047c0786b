import type { NodeProps } from "@xyflow/react";
import { memo } from "react";
import type { DrawnNode } from "./draw";

type End = Extract<DrawnNode, { type: "end" }>;

/** The start card, which stands for `input`, or the result. */
export const EndCard = memo(function EndCard({ id, data, selected }: NodeProps<End>) {
  return (
    <button
      type="button"
      className="end"
      data-path={id}
      data-selected={selected || undefined}
      aria-pressed={selected === true}
    >
      <span className="title">{data.title}</span>
      <span className="kind">{data.fields}</span>
    </button>
  );
});
