/** Layout beside the page: a thousand nodes take two seconds, in which nothing may stand still. */

import type { Graph, Point } from "@/graph";
import type { Size } from "@/graph/layout";

export function tidyInWorker(graph: Graph, sizes: Record<string, Size>): Promise<Record<string, Point>> {
  const worker = new Worker(new URL("./tidy.worker.ts", import.meta.url), { type: "module" });
  return new Promise<Record<string, Point>>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Record<string, Point>>) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage({ graph, sizes });
  }).finally(() => worker.terminate());
}
