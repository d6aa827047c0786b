import { Alert, Button } from "@mantine/core";
import { Check, PencilLine, X } from "lucide-react";
import type { Ref } from "react";
import { useTranslation } from "react-i18next";
import type { ReviewDetail } from "@/api/client";
import { same } from "@/graph/workflow";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { sayWhy } from "@/kit/whys";
import classes from "./DecisionBar.module.css";
import { Reasons } from "./Reasons";
import { isReady, reasonOf, type Typed } from "./typed";
import type { useDecide } from "./useDecide";
import { reasonInWords } from "./words";

/** The decision, always in reach: approve, edit, reject; the last two with a reason. */
export function DecisionBar({
  ref,
  review,
  typed,
  type,
  deciding,
  isChanged,
  onSeen,
}: {
  ref: Ref<HTMLDivElement>;
  review: ReviewDetail;
  typed: Typed;
  type: (change: Partial<Typed>) => void;
  deciding: ReturnType<typeof useDecide>;
  /** What is asked is no longer what was looked at. */
  isChanged: boolean;
  onSeen: () => void;
}) {
  const { t } = useTranslation();
  const { choice } = typed;
  const hasEdit = typed.edit !== undefined && !same(typed.edit, review.proposal ?? null);
  const isWhole = choice !== null && isReady(choice, typed, review.reason_wanted) && (choice === "reject" || hasEdit);
  const send = (): void => {
    if (choice && isWhole && !isChanged)
      deciding.decide(
        choice,
        reasonOf(typed, (code) => reasonInWords(code, t)),
        typed.edit,
      );
  };
  return (
    <section className={classes.bar} ref={ref} aria-label={t("reviews.decision")}>
      {isChanged ? (
        <Alert color="yellow" role="alert" title={t("reviews.payloadChanged")}>
          <p className={classes.line}>{t("reviews.payloadChanged.why")}</p>
          <Button size="xs" variant="default" onClick={onSeen}>
            {t("reviews.payloadChanged.seen")}
          </Button>
        </Alert>
      ) : (
        <ProblemAlert error={deciding.error} />
      )}
      {!review.mine && (
        <p className={classes.line}>{review.why_not ? sayWhy(review.why_not, t) : t("reviews.notYours.why")}</p>
      )}
      {review.mine && choice === null && (
        <div className={classes.acts}>
          <Button
            data-act="approve"
            color="green"
            leftSection={<Check aria-hidden size={17} />}
            loading={deciding.isPending}
            disabled={isChanged}
            aria-keyshortcuts="a"
            onClick={() => deciding.decide("approve", "")}
          >
            {t("reviews.approve")}
          </Button>
          {review.choices.includes("edit") && (
            <Button
              variant="default"
              leftSection={<PencilLine aria-hidden size={16} />}
              aria-keyshortcuts="e"
              onClick={() => type({ choice: "edit" })}
            >
              {t("reviews.edit")}
            </Button>
          )}
          {review.choices.includes("reject") && (
            <Button
              variant="default"
              leftSection={<X aria-hidden size={17} />}
              aria-keyshortcuts="r"
              onClick={() => type({ choice: "reject" })}
            >
              {t("reviews.reject")}
            </Button>
          )}
        </div>
      )}
      {review.mine && choice !== null && (
        <>
          <Reasons key={choice} codes={review.reasons} choice={choice} typed={typed} type={type} onSend={send} />
          <div className={classes.acts}>
            <Button
              data-act="send"
              color={choice === "reject" ? "red" : "green"}
              loading={deciding.isPending}
              aria-disabled={!isWhole || isChanged || undefined}
              className={isWhole ? undefined : classes.notYet}
              onClick={send}
            >
              {t(choice === "reject" ? "reviews.sendRejection" : "reviews.sendEdit")}
            </Button>
            <Button variant="default" onClick={() => type({ choice: null })}>
              {t("reviews.notThis")}
            </Button>
            {!isWhole && (
              <span className={classes.missing} role="status">
                {t(choice === "edit" && !hasEdit ? "reviews.missing.edit" : "reviews.missing.reason")}
              </span>
            )}
          </div>
        </>
      )}
    </section>
  );
}
