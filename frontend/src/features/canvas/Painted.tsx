/** The drawing of a graph for whoever only looks: runs, versions, comparisons. The door of the canvas for other features. */

import { lazy, Suspense, useMemo } from "react";
import { type JsonRecord, parseWorkflow, type Workflow } from "@/graph";
import { Failure, Loading } from "@/kit/states";
import type { EdgeTone, Paint } from "./paint";
import { usePalette } from "./usePalette";

export { type EdgeTone, edgeKey, nodePathOf, type Paint, type Painting, paintRun, type Tone } from "./paint";

const Drawing = lazy(() => import("./xyflow/PaintedDrawing").then((file) => ({ default: file.PaintedDrawing })));

export type PaintedProps = {
  /** A graph as a file or an answer holds it; what governance wove in is drawn locked. */
  graph: JsonRecord | Workflow;
  /** What the drawing is, for those who do not see it. */
  label: string;
  /** By node path. */
  steps?: Readonly<Record<string, Paint>>;
  /** By `from>to`. */
  edges?: Readonly<Record<string, EdgeTone>>;
  /** Node path, `$input` or `$result`. */
  selected?: string | null;
  onSelect?: (path: string | null) => void;
};

export function Painted({ graph, ...rest }: PaintedProps) {
  const palette = usePalette();
  const workflow = useMemo(() => parseWorkflow({ ...graph, handrail: 1, name: graph.name ?? "" }), [graph]);
  if (palette.error) return <Failure error={palette.error} onRetry={() => palette.refetch()} />;
  if (!palette.data) return <Loading />;
  return (
    <Suspense fallback={<Loading />}>
      <Drawing workflow={workflow} palette={palette.data} {...rest} />
    </Suspense>
  );
}
