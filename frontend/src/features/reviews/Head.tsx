import { ActionIcon, Badge, Button } from "@mantine/core";
import { ArrowDown, ArrowLeft, ArrowUp } from "lucide-react";
import type { ReactNode, Ref } from "react";
import { useTranslation } from "react-i18next";
import type { ReviewDetail } from "@/api/client";
import { query } from "@/api/client";
import { Moment } from "@/kit/Moment";
import { wordsFor } from "@/kit/problem";
import { useStale } from "@/kit/stale";
import { TextLink } from "@/kit/TextLink";
import { Due } from "./DeskRow";
import classes from "./Judging.module.css";
import type { useWay } from "./useDecide";

/** What is asked, of which run, since when; who works on it; and the way to the reviews around it. */
export function Head({
  review,
  way,
  heading,
  children,
}: {
  review: ReviewDetail;
  way: ReturnType<typeof useWay>;
  heading: Ref<HTMLHeadingElement>;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const isOpen = review.state === "open" || review.state === "claimed";
  return (
    <header className={classes.head}>
      <div className={classes.line}>
        <ActionIcon aria-label={t("reviews.toDesk")} onClick={way.leave}>
          <ArrowLeft aria-hidden size={18} />
        </ActionIcon>
        <span>{[review.workflow?.name, review.title].filter(Boolean).join(" · ")}</span>
        {review.dry && <Badge color="gray">{t("reviews.dry")}</Badge>}
        <span className={classes.steps}>
          {children}
          {way.at >= 0 && <span>{t("reviews.place", { at: way.at + 1, count: way.count })}</span>}
          <ActionIcon
            title={t("reviews.previous")}
            aria-label={t("reviews.previous")}
            disabled={way.at <= 0}
            onClick={way.previous}
          >
            <ArrowUp aria-hidden size={17} />
          </ActionIcon>
          <ActionIcon
            title={t("reviews.next")}
            aria-label={t("reviews.next")}
            disabled={way.count === 0 || way.at === way.count - 1}
            onClick={way.following}
          >
            <ArrowDown aria-hidden size={17} />
          </ActionIcon>
        </span>
      </div>
      <h1 className={classes.question} ref={heading} tabIndex={-1}>
        {review.question || review.title}
      </h1>
      <div className={classes.line}>
        <span>
          {t("reviews.asked")} <Moment at={review.asked_at} />
        </span>
        {isOpen && review.due_at && <Due row={review} at={review.due_at} />}
        <TextLink to="/runs/$id" params={{ id: review.run }} search={{ step: review.step }}>
          {t("reviews.toRun")}
        </TextLink>
        {isOpen && <Holding review={review} />}
      </div>
    </header>
  );
}

/** For a while it can be one person's: others see that, and leave it to them. */
function Holding({ review }: { review: ReviewDetail }) {
  const { t } = useTranslation();
  const stale = useStale("/api/reviews");
  const init = { params: { path: { review: review.id } } };
  const claim = query.useMutation("post", "/api/reviews/{review}/claim", { onSettled: stale });
  const giveBack = query.useMutation("post", "/api/reviews/{review}/return", { onSettled: stale });
  const problem = claim.error ?? giveBack.error;
  const isBusy = claim.isPending || giveBack.isPending;
  return (
    <>
      {review.claimed_by && (
        <span>
          {t("reviews.heldBy", { name: review.claimed_by.name })}
          {review.claimed_until && (
            <>
              {", "}
              {t("reviews.heldUntil")} <Moment at={review.claimed_until} />
            </>
          )}
        </span>
      )}
      {review.mine && (
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          loading={isBusy}
          onClick={() => (review.claimed_by ? giveBack.mutate(init) : claim.mutate(init))}
        >
          {t(review.claimed_by ? "reviews.giveBack" : "reviews.claim")}
        </Button>
      )}
      {problem && <span role="alert">{wordsFor(problem, t).sentence}</span>}
    </>
  );
}
