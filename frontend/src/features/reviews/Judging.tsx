import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ReviewDetail } from "@/api/client";
import { query } from "@/api/client";
import type { Json, JsonRecord } from "@/graph";
import { KeysHelp } from "@/kit/KeysHelp";
import { useKeys } from "@/kit/keys";
import { Loading } from "@/kit/states";
import { type Span, Value } from "@/kit/Value";
import { Beside } from "./Beside";
import { DecisionBar } from "./DecisionBar";
import { Head } from "./Head";
import classes from "./Judging.module.css";
import { Over } from "./Over";
import { TaskItems } from "./TaskItems";
import { useTyped } from "./typed";
import { useDecide, useWay } from "./useDecide";

const LookInside = lazy(() => import("@/kit/LookInside").then((file) => ({ default: file.LookInside })));
const EditPane = lazy(() => import("./EditPane").then((file) => ({ default: file.EditPane })));

const isRecord = (value: Json | undefined): value is JsonRecord =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What is beside the proposal in the record; the record itself where nothing is proposed. */
export function splitRecord(review: Pick<ReviewDetail, "record" | "proposal" | "kind" | "spans">) {
  const { record, kind, spans } = review;
  if (kind !== "edit" || !isRecord(record) || !("proposal" in record))
    return { source: kind === "edit" ? undefined : record, sourceSpans: spans, proposalSpans: spans };
  const { proposal: _, ...source } = record;
  const proposalSpans = spans
    .filter((span) => span.path[0] === "proposal")
    .map((span): Span => ({ ...span, path: span.path.slice(1) }));
  return { source: Object.keys(source).length ? source : undefined, sourceSpans: spans, proposalSpans };
}

/** Source beside output, and the decision below. Everything by keys: `a r e`, digits, `j k`. */
export function Judging({ review }: { review: ReviewDetail }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const way = useWay(review);
  const [typed, type, forget] = useTyped(review.id);
  /** The payload that was looked at: what changes behind the reader's back is not decided by accident. */
  const [seen, setSeen] = useState(review.payload_hash);
  const deciding = useDecide(review, seen, (said) => {
    forget();
    way.goOn(said);
  });
  const bar = useRef<HTMLDivElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const parts = useMemo(() => splitRecord(review), [review]);
  const isOpen = review.state === "open" || review.state === "claimed";
  const isEditing = typed.choice === "edit";

  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  useEffect(() => {
    if (way.next)
      client.prefetchQuery(
        query.queryOptions("get", "/api/reviews/{review}", { params: { path: { review: way.next } } }),
      );
  }, [client, way.next]);

  const press = (name: string): void => bar.current?.querySelector<HTMLElement>(`[data-act="${name}"]`)?.focus();
  const start = (choice: "edit" | "reject") => (): void => {
    if (isOpen && review.mine && review.choices.includes(choice)) type({ choice });
  };
  useKeys({
    j: way.following,
    k: way.previous,
    a: () => {
      type({ choice: null });
      requestAnimationFrame(() => press("approve"));
    },
    r: start("reject"),
    e: start("edit"),
    Escape: () => (typed.choice ? type({ choice: null }) : way.leave()),
    ...Object.fromEntries(
      review.reasons.slice(0, 9).map((code, at) => [
        String(at + 1),
        () => {
          if (typed.choice === null) return;
          const { chips } = typed;
          type({ chips: chips.includes(code) ? chips.filter((each) => each !== code) : [...chips, code] });
          press("send");
        },
      ]),
    ),
  });

  return (
    <div className={classes.page}>
      <Head review={review} way={way} heading={heading}>
        <KeysHelp
          rows={[
            { keys: ["j", "k"], does: t("reviews.keys.next") },
            { keys: ["a"], does: t("reviews.keys.approve") },
            { keys: ["r"], does: t("reviews.keys.reject") },
            { keys: ["e"], does: t("reviews.keys.edit") },
            { keys: ["1", "…", "9"], does: t("reviews.keys.reason") },
            { keys: ["Enter"], does: t("reviews.keys.send") },
            { keys: ["Ctrl + Enter"], does: t("reviews.keys.sendText") },
            { keys: ["Esc"], does: t("reviews.keys.back") },
          ]}
        />
      </Head>
      <TaskItems review={review} onOpen={way.open} />
      <div className={classes.columns}>
        <div className={classes.main} data-two={(review.kind === "edit" && parts.source !== undefined) || undefined}>
          {!review.payload && (
            <div className={classes.closed}>
              <p>{t("reviews.closed")}</p>
              <Suspense>{review.may_look_inside && <LookInside run={review.run} />}</Suspense>
            </div>
          )}
          {review.payload && parts.source !== undefined && (
            <section className={classes.sheet} aria-labelledby="source">
              <h2 id="source" className={classes.label}>
                {t(review.kind === "edit" ? "reviews.source" : "reviews.record")}
              </h2>
              <Value value={parts.source} spans={parts.sourceSpans} />
            </section>
          )}
          {review.payload && review.kind === "edit" && (
            <section className={classes.sheet} aria-labelledby="proposal" data-editing={isEditing || undefined}>
              <h2 id="proposal" className={classes.label}>
                {t(isEditing ? "reviews.yours" : "reviews.proposal")}
              </h2>
              {isEditing ? (
                <Suspense fallback={<Loading lines={3} />}>
                  <EditPane
                    review={review}
                    edit={typed.edit}
                    problem={deciding.error}
                    onEdit={(edit) => type({ edit })}
                    onLeave={() => press("send")}
                  />
                </Suspense>
              ) : (
                <Value value={review.proposal} spans={parts.proposalSpans} />
              )}
            </section>
          )}
        </div>
        <Beside review={review} />
      </div>
      {isOpen ? (
        <DecisionBar
          ref={bar}
          review={review}
          typed={typed}
          type={type}
          deciding={deciding}
          isChanged={seen !== review.payload_hash}
          onSeen={() => {
            deciding.reset();
            setSeen(review.payload_hash);
          }}
        />
      ) : (
        <Over review={review} typed={typed} onNext={way.next ? () => way.open(way.next) : null} onLeave={way.leave} />
      )}
    </div>
  );
}
