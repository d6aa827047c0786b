import type { NodeProps } from "@xyflow/react";
import { memo } from "react";
import type { DrawnNode } from "./draw";

type Frame = Extract<DrawnNode, { type: "frame" }>;
type Note = Extract<DrawnNode, { type: "note" }>;

/** A named frame around steps. Only its name can be hit: what lies inside stays reachable. */
export const FrameNode = memo(function FrameNode({ id, data, selected }: NodeProps<Frame>) {
  return (
    <div className="frame" data-selected={selected || undefined}>
      <button type="button" className="frame-title nopan" data-path={id} aria-pressed={selected === true}>
        {data.title}
      </button>
    </div>
  );
});

/** A note for colleagues. */
export const NoteNode = memo(function NoteNode({ id, data, selected }: NodeProps<Note>) {
  return (
    <button
      type="button"
      className="note"
      data-path={id}
      data-selected={selected || undefined}
      aria-pressed={selected === true}
    >
      {data.text || "…"}
    </button>
  );
});
