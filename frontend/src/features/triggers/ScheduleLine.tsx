import { useTranslation } from "react-i18next";
import { fromNow } from "@/kit/dates";
import type { Trigger } from "./kinds";
import { inZone, readSettings, sayWhen } from "./scheduleWords";

/** A schedule in one line: when, in which zone, and when next. */
export function ScheduleLine({ trigger }: { trigger: Trigger }) {
  const { t, i18n } = useTranslation();
  const settings = readSettings(trigger.settings as never);
  const { when, zone } = settings;
  return (
    <>
      {sayWhen(when, t, i18n.language)} · {zone}
      {trigger.next_due && (
        <>
          {" · "}
          <time dateTime={trigger.next_due} title={inZone(trigger.next_due, settings, i18n.language)}>
            {t("triggers.nextIn", { when: fromNow(trigger.next_due, i18n.language) })}
          </time>
        </>
      )}
    </>
  );
}
