import { ActionIcon } from "@mantine/core";
import { ChevronRight, Link2, Link2Off } from "lucide-react";
import { Fragment, useState } from "react";
import { useTranslation } from "react-i18next";
import type { AuditEvent } from "@/api/client";
import { onTheClock } from "@/kit/dates";
import classes from "./audit.module.css";
import { nameOfActor } from "./kinds";
import { sayEvent } from "./sentences";

/** One line for each event; what was written down with it opens below it. */
export function Events({ events }: { events: AuditEvent[] }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<string | null>(null);
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">{t("audit.when")}</th>
          <th scope="col">{t("audit.what")}</th>
          <th scope="col">{t("audit.who")}</th>
          <th scope="col">{t("audit.protected")}</th>
          <th scope="col">{t("audit.record")}</th>
        </tr>
      </thead>
      <tbody>
        {events.map((event) => (
          <Line
            key={event.id}
            event={event}
            isOpen={open === event.id}
            onToggle={() => setOpen(open === event.id ? null : event.id)}
          />
        ))}
      </tbody>
    </table>
  );
}

function Line({ event, isOpen, onToggle }: { event: AuditEvent; isOpen: boolean; onToggle: () => void }) {
  const { t, i18n } = useTranslation();
  const say = t as unknown as (key: string, options: { defaultValue: string }) => string;
  const what = say(`audit.kind.${event.kind}`, { defaultValue: event.kind.replaceAll("_", " ") });
  const Chain = event.chained ? Link2 : Link2Off;
  const when = onTheClock(event.at, i18n.language);
  return (
    <Fragment>
      <tr>
        <td className={classes.when}>
          <time dateTime={event.at}>{when}</time>
        </td>
        <th scope="row" className={classes.what}>
          {what}
          <span className={classes.sentence}>{sayEvent(event, t)}</span>
        </th>
        <td className={classes.who}>
          {event.actor.startsWith("trigger ") ? t("audit.byTrigger") : nameOfActor(event.actor)}
        </td>
        <td className={classes.chain}>
          <Chain aria-hidden size={15} /> {t(event.chained ? "audit.chained" : "audit.unchained")}
        </td>
        <td className={classes.more}>
          <ActionIcon
            aria-expanded={isOpen}
            aria-label={t("audit.open", { what: `${what}, ${when}` })}
            onClick={onToggle}
            data-open={isOpen || undefined}
            className={classes.toggle}
          >
            <ChevronRight aria-hidden size={17} />
          </ActionIcon>
        </td>
      </tr>
      {isOpen && (
        <tr>
          <td colSpan={5} className={classes.record}>
            <dl>
              <dt>{t("audit.who")}</dt>
              <dd>{event.actor}</dd>
              <dt>{t("audit.subject")}</dt>
              <dd>{event.subject}</dd>
              {Object.entries(event.record).map(([name, value]) => (
                <Fragment key={name}>
                  <dt>{name}</dt>
                  <dd>{typeof value === "string" ? value : JSON.stringify(value)}</dd>
                </Fragment>
              ))}
            </dl>
          </td>
        </tr>
      )}
    </Fragment>
  );
}
