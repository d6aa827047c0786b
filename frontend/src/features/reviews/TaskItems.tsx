import { UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ReviewDetail, ReviewRow } from "@/api/client";
import { Excerpt } from "./DeskRow";
import classes from "./TaskItems.module.css";

/** `rows[3].check`, counted as people count: 4. */
export const numberOf = (step: string): number | null => {
  const last = [...step.matchAll(/\[(\d+)\]/g)].at(-1)?.[1];
  return last === undefined ? null : Number(last) + 1;
};

/** The items of one map as one task: a row each, with a decision each. */
export function TaskItems({ review, onOpen }: { review: ReviewDetail; onOpen: (id: string) => void }) {
  const { t } = useTranslation();
  const others = review.items.filter((row) => row.id !== review.id);
  if (others.length === 0) return null;
  const rows: ReviewRow[] = [...others, review].sort(
    (one, other) => (numberOf(one.step) ?? 0) - (numberOf(other.step) ?? 0),
  );
  return (
    <section className={classes.task} aria-label={t("reviews.task", { count: rows.length })}>
      <table className={classes.table}>
        <caption>{t("reviews.task", { count: rows.length })}</caption>
        <thead>
          <tr>
            <th scope="col">{t("reviews.task.item")}</th>
            <th scope="col">{t("reviews.task.about")}</th>
            <th scope="col">{t("reviews.task.state")}</th>
            <th scope="col">{t("reviews.task.who")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} aria-current={row.id === review.id ? "true" : undefined}>
              <th scope="row">
                {row.id === review.id ? (
                  t("reviews.task.this", { number: numberOf(row.step) })
                ) : (
                  <UnstyledButton className={classes.open} onClick={() => onOpen(row.id)}>
                    {t("reviews.task.number", { number: numberOf(row.step) })}
                  </UnstyledButton>
                )}
              </th>
              <td className={classes.about}>
                <Excerpt parts={row.excerpt} />
              </td>
              <td>{t(`reviews.state.${row.state}`)}</td>
              <td>{row.claimed_by?.name ?? (row.mine ? t("reviews.you") : t("reviews.notYours"))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
