import type { NodeProps } from "@xyflow/react";
import { memo, use } from "react";
import { ChipsContext } from "../chips";
import { START } from "../editor";
import type { DrawnNode } from "./draw";

type End = Extract<DrawnNode, { type: "end" }>;

/** The start card, which stands for `input`, or the result. */
export const EndCard = memo(function EndCard({ id, data, selected }: NodeProps<End>) {
  const chips = use(ChipsContext);
  const card = (
    <button
      type="button"
      className="end"
      data-path={id}
      data-leads={data.isAbove ? (id === START ? "down" : "up") : undefined}
      data-selected={selected || undefined}
      aria-pressed={selected === true}
    >
      <span className="title">{data.title}</span>
      <span className="kind">{data.fields}</span>
    </button>
  );
  return id === START ? (
    <>
      {chips}
      {card}
    </>
  ) : (
    card
  );
});
