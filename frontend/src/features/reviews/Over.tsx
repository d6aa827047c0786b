import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ReviewDetail } from "@/api/client";
import { announce } from "@/kit/announce";
import { Moment } from "@/kit/Moment";
import classes from "./DecisionBar.module.css";
import type { Typed } from "./typed";
import { decisionInWords } from "./words";

/** The review has left the desk: how; and what was typed here meanwhile is still to be had. */
export function Over({
  review,
  typed,
  onNext,
  onLeave,
}: {
  review: ReviewDetail;
  typed: Typed;
  onNext: (() => void) | null;
  onLeave: () => void;
}) {
  const { t } = useTranslation();
  const last = review.decisions.at(-1);
  const mine = [typed.edit === undefined ? "" : asText(typed.edit), typed.text].filter(Boolean).join("\n\n");
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(mine);
    announce(t("reviews.over.copied"));
  };
  return (
    <section className={classes.bar} aria-label={t("reviews.decision")}>
      <p className={classes.line} role="status">
        <strong>{t(`reviews.state.${review.state}`)}</strong>
        {review.state === "decided" && last ? (
          <>
            {": "}
            {last.by.name}, {decisionInWords(last.decision, t)}, <Moment at={last.at} />
          </>
        ) : (
          review.why && `: ${review.why}`
        )}
      </p>
      {mine && <p className={classes.line}>{t("reviews.over.kept")}</p>}
      <div className={classes.acts}>
        {onNext && <Button onClick={onNext}>{t("reviews.next")}</Button>}
        <Button variant="default" onClick={onLeave}>
          {t("reviews.toDesk")}
        </Button>
        {mine && (
          <Button variant="default" onClick={copy}>
            {t("reviews.over.copy")}
          </Button>
        )}
      </div>
    </section>
  );
}

const asText = (value: NonNullable<Typed["edit"]> | null): string =>
  typeof value === "string" ? value : JSON.stringify(value, null, 2);
