import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { type Heard, type LiveEvent, listen } from "@/kit/events";

/** What an event makes stale: the lists at an address, and below it what is about this one thing. */
const ADDRESSES = {
  run: { at: "/api/runs", name: "run" },
  draft: { at: "/api/workflows", name: "workflow" },
  review: { at: "/api/reviews", name: "review" },
  notice: { at: "/api/notices", name: "notice" },
} as const;

/** A run tells much in a short time: what comes within this is read once. */
const TOGETHER = 300;

type Asked = { params?: { path?: Record<string, unknown> } };

export function isStale(queryKey: readonly unknown[], events: readonly LiveEvent[]): boolean {
  const address = String(queryKey[1]);
  const path = (queryKey[2] as Asked | undefined)?.params?.path;
  return events.some(({ type, id }) => {
    const { at, name } = ADDRESSES[type];
    if (address !== at && !address.startsWith(`${at}/`)) return false;
    return path?.[name] === undefined || path[name] === id;
  });
}

/** The one place where live events reach what was read: whatever they are about is read again where it is shown. */
export function useLiveEvents(): void {
  const client = useQueryClient();
  useEffect(() => keepFresh(client), [client]);
}

export function keepFresh(client: QueryClient, hear: typeof listen = listen): () => void {
  let events: LiveEvent[] = [];
  let isAll = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const refresh = (): void => {
    const told = events;
    const all = isAll;
    events = [];
    isAll = false;
    timer = undefined;
    // Drafts are not read again behind the back of who edits them.
    const isLive = (address: string): boolean => Object.values(ADDRESSES).some(({ at }) => address.startsWith(at));
    client.invalidateQueries({
      predicate: ({ queryKey }) => (all ? isLive(String(queryKey[1])) : isStale(queryKey, told)),
    });
  };
  const stop = hear((heard: Heard) => {
    if (heard.type === "again") isAll = true;
    else events.push(heard);
    timer ??= setTimeout(refresh, TOGETHER);
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}
