import { useTranslation } from "react-i18next";
import type { TriggerRow } from "@/api/client";
import { settingsOf } from "./HookSettings";

/** A webhook in one line: what it takes, and how it answers, as far as that is not the usual. */
export function HookLine({ trigger }: { trigger: TriggerRow }) {
  const { t } = useTranslation();
  const { signed, when, answer } = settingsOf(trigger);
  const parts = [
    t("triggers.kind.webhook"),
    signed ? null : t("webhook.say.unsigned"),
    when.trim() && t("webhook.say.when"),
    answer === "wait" && t("webhook.say.wait"),
  ];
  return <>{parts.filter(Boolean).join(" · ")}</>;
}
