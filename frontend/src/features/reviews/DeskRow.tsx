import { Badge } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Clock } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ReviewRow } from "@/api/client";
import { Moment } from "@/kit/Moment";
import { inWords } from "@/kit/Value";
import classes from "./Desk.module.css";
import type { DeskSearch, Task } from "./useDesk";

/** One thing to judge: what is asked, where it comes from, since when, and until when. */
export function DeskRow({ task: { first, count }, search }: { task: Task; search: DeskSearch }) {
  const { t } = useTranslation();
  const isWaiting = first.state === "open" || first.state === "claimed";
  return (
    <li className={classes.item}>
      <Link to="/reviews/$id" params={{ id: first.id }} search={search} className={classes.row} data-row>
        <span>
          <span className={classes.title}>
            {first.question || first.title}
            {count > 1 && <Badge color="gray">{t("reviews.items", { count })}</Badge>}
            {first.dry && <Badge color="gray">{t("reviews.dry")}</Badge>}
          </span>
          <Excerpt parts={first.excerpt} />
          <span className={classes.below}>
            {[first.workflow?.name, first.title, first.team?.name, t("reviews.startedBy", { name: first.starter.name })]
              .filter(Boolean)
              .join(" · ")}
          </span>
        </span>
        <span className={classes.aside}>{isWaiting ? <Holder row={first} /> : t(`reviews.state.${first.state}`)}</span>
        <span className={classes.aside}>
          {isWaiting && first.due_at && <Due row={first} at={first.due_at} />}
          <span>
            {t("reviews.asked")} <Moment at={first.asked_at} />
          </span>
        </span>
      </Link>
    </li>
  );
}

/** A few words of what it is about, so that two rows are told apart; nothing for whoever may not see the record. */
export function Excerpt({ parts }: { parts: ReviewRow["excerpt"] }) {
  if (parts.length === 0) return null;
  return (
    <span className={classes.excerpt}>
      {parts.map((part) => (
        <span key={`${part.name} ${part.text}`} className={classes.part}>
          {part.name && <span className={classes.field}>{inWords(part.name)}: </span>}
          {part.text}{" "}
        </span>
      ))}
    </span>
  );
}

export function Due({ row, at }: { row: Pick<ReviewRow, "overdue">; at: string }) {
  const { t } = useTranslation();
  if (!row.overdue)
    return (
      <span>
        {t("reviews.due")} <Moment at={at} />
      </span>
    );
  return (
    <span className={classes.late}>
      <Clock aria-hidden size={14} />
      <span>
        {t("reviews.wasDue")} <Moment at={at} />
      </span>
    </span>
  );
}

function Holder({ row }: { row: ReviewRow }) {
  const { t } = useTranslation();
  if (row.claimed_by) return t("reviews.heldBy", { name: row.claimed_by.name });
  return row.mine ? null : <span title={row.why_not ?? undefined}>{t("reviews.notYours")}</span>;
}
