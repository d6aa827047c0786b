import { query, type RunDetail } from "@/api/client";
import { useEditor } from "../editor";

const ENDED = new Set(["succeeded", "failed", "refused", "cancelled"]);

export const isOver = (run: RunDetail): boolean => ENDED.has(run.state);

const LOOK_AGAIN = 900;

/** The last dry run of the draft, kept current while it is under way; null where there is none. */
export function useTried(): RunDetail | null {
  const run = useEditor((state) => state.tried?.run);
  const { data } = query.useQuery(
    "get",
    "/api/runs/{run}",
    { params: { path: { run: run ?? "" } } },
    {
      enabled: run !== undefined,
      staleTime: 0,
      refetchInterval: ({ state }) => (state.data && isOver(state.data) ? false : LOOK_AGAIN),
    },
  );
  return run === undefined ? null : (data ?? null);
}
