import { useEffect } from "react";
import { query } from "@/api/client";
import type { Sample } from "@/api/pending";
import { useEditorStore } from "../editor";
import { isOver, useTried } from "./useTried";

/** Keeps the last outputs that one may see: pills show them, and a step alone is tried with them. */
export function useSamples(workflow: string): void {
  const store = useEditorStore();
  const { data, refetch } = query.useQuery(
    "get",
    "/api/workflows/{workflow}/samples",
    { params: { path: { workflow } } },
    { staleTime: 60_000, retry: false },
  );
  const run = useTried();
  const hasEnded = run !== null && isOver(run);
  // What was just tried is what pills show next.
  useEffect(() => {
    if (hasEnded) refetch();
  }, [hasEnded, refetch]);
  useEffect(() => {
    if (data) store.getState().setSamples(data as Record<string, Sample>);
  }, [store, data]);
}
