/** What lies on the desk, as the address says: whose, and of which team. */

import type { ReviewRow } from "@/api/client";
import { query } from "@/api/client";

export const WHOSE = ["mine", "team", "overdue", "decided"] as const;
export type Whose = (typeof WHOSE)[number];
export type DeskSearch = { whose?: Exclude<Whose, "mine">; team?: string };

const AT_ONCE = 50;

export function useDesk({ whose, team }: DeskSearch) {
  return query.useInfiniteQuery(
    "get",
    "/api/reviews",
    { params: { query: { whose: whose ?? "mine", ...(team && { team }), size: AT_ONCE } } },
    { initialPageParam: null, getNextPageParam: (last: { next: string | null }) => last.next },
  );
}

export type Task = { first: ReviewRow; count: number };

/** The items of one map are one thing to do: its first open item stands for them. */
export function asTasks(rows: readonly ReviewRow[], whose: Whose): Task[] {
  if (whose === "decided") return rows.map((first) => ({ first, count: 1 }));
  const tasks = new Map<string, Task>();
  for (const row of rows) {
    const key = `${row.run} ${row.place}`;
    if (!tasks.has(key)) tasks.set(key, { first: row, count: row.siblings + 1 });
  }
  return [...tasks.values()];
}

/** Which review comes after this one: the next item of its task, else the next on the desk, else whatever is left. */
export function nextReview(
  current: Pick<ReviewRow, "id" | "run" | "place">,
  items: readonly ReviewRow[],
  desk: readonly ReviewRow[],
): string | null {
  const isOpen = (row: ReviewRow): boolean => row.id !== current.id && row.mine;
  const here = items.findIndex((row) => row.id === current.id);
  const item = [...items.slice(here + 1), ...items.slice(0, Math.max(here, 0))].find(isOpen);
  if (item) return item.id;
  const isOther = (row: ReviewRow): boolean => row.run !== current.run || row.place !== current.place;
  const at = desk.findIndex((row) => row.id === current.id);
  const behind = desk.slice(at + 1).find(isOther) ?? desk.find(isOther);
  return behind?.id ?? null;
}
