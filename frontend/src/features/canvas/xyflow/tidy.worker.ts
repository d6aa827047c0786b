import { type Size, tidy } from "@/graph/layout";
import type { Graph } from "@/graph/workflow";

self.onmessage = ({ data }: MessageEvent<{ graph: Graph; sizes: Record<string, Size> }>) => {
  self.postMessage(tidy(data.graph, data.sizes));
};
