import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Choice, ReviewDetail } from "@/api/client";
import { query } from "@/api/client";
import type { Json } from "@/graph";
import { announce } from "@/kit/announce";
import { useStale } from "@/kit/stale";
import { nextReview, useDesk } from "./useDesk";

/** What was decided here: the desk may not have been read again yet when the next one is looked for. */
const decided = new Set<string>();

/** The reviews around this one, and the way to them. */
export function useWay(review: ReviewDetail) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const search = useSearch({ from: "/inside/reviews/$id" });
  const desk = useDesk(search).data?.pages.flatMap((page) => page.items) ?? [];
  const next = nextReview(
    review,
    review.items.filter((row) => !decided.has(row.id)),
    desk.filter((row) => row.id === review.id || !decided.has(row.id)),
  );
  const at = desk.findIndex((row) => row.id === review.id);
  const go = (id: string | null | undefined): void => {
    if (id) navigate({ to: "/reviews/$id", params: { id }, search });
  };
  const leave = (): void => {
    navigate({ to: "/reviews", search });
  };
  /** After a decision: on to what waits; back to the desk when nothing does. */
  const goOn = (said: string): void => {
    announce(next ? said : `${said} ${t("reviews.allDone")}`);
    if (next) go(next);
    else leave();
  };
  return {
    at,
    count: desk.length,
    next,
    previous: () => go(desk[at - 1]?.id),
    following: () => go(at < 0 ? desk[0]?.id : desk[at + 1]?.id),
    leave,
    goOn,
    open: go,
  };
}

/** Sends a decision about what was looked at, and goes on. */
export function useDecide(review: ReviewDetail, seen: string, onDone: (said: string) => void) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const stale = useStale("/api/reviews", "/api/runs", "/api/notices");
  const send = query.useMutation("post", "/api/reviews/{review}/decide", {
    onSuccess: (_, { body }) => {
      decided.add(review.id);
      onDone(t(`reviews.said.${(body as { decision: Choice }).decision}`));
      stale();
    },
    onError: () => client.invalidateQueries({ queryKey: ["get", "/api/reviews/{review}"] }),
  });
  return {
    error: send.error,
    isPending: send.isPending,
    reset: send.reset,
    decide: (decision: Choice, reason: string, edit?: Json): void =>
      send.mutate({
        params: { path: { review: review.id } },
        body: { decision, reason, payload_hash: seen, ...(decision === "edit" && { edit: edit ?? null }) },
      }),
  };
}
