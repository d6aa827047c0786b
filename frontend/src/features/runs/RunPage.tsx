import { useParams } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { query, type RunDetail } from "@/api/client";
import { Files } from "@/kit/files";
import { Failure, Loading } from "@/kit/states";
import { Story } from "./Story";

/** What draws a run on its graph; the canvas is another feature, so the page is handed it. */
export type Drawing = ComponentType<{
  run: RunDetail;
  selected: string | null;
  onSelect: (node: string | null) => void;
}>;

/** One run: where it stands and why, on its graph, as a list and along time. */
export function RunPage({ drawing }: { drawing: Drawing }) {
  const { id } = useParams({ from: "/inside/runs/$id" });
  const run = query.useQuery("get", "/api/runs/{run}", { params: { path: { run: id } } });
  if (run.error && !run.data) return <Failure isPage error={run.error} onRetry={() => run.refetch()} />;
  if (!run.data) return <Loading lines={6} />;
  return (
    <Files files={run.data.files}>
      <Story key={id} run={run.data} drawing={drawing} />
    </Files>
  );
}
