/** Why a delivery started nothing, in the person's language. */

import type { TFunction } from "i18next";
import type { DeliveryRow } from "@/api/client";

/** Where the server's sentence says more than the words for its reason. */
const SAYS_MORE = new Set([
  ...["input", "condition", "lacks", "bad_body", "bad_headers", "owner_gone", "version_gone"],
  ...["halted", "budget_used_up", "exemption_over", "template_refused", "credential_refused", "model_refused"],
]);

/** The reason first, then what is to be said of it. What the server says is English: elsewhere it is said anew. */
export function whyNot(row: Pick<DeliveryRow, "reason" | "sentence">, language: string, t: TFunction): string[] {
  if (!row.reason) return [];
  const say = t as unknown as (key: string, options: Record<string, string>) => string;
  const reason = say(`deliveries.reason.${row.reason}`, { defaultValue: row.sentence });
  if (reason === row.sentence || !SAYS_MORE.has(row.reason)) return [reason];
  return [reason, ...(language === "en" ? [row.sentence] : placesOf(row.sentence, t))];
}

function placesOf(sentence: string, t: TFunction): string[] {
  const [, line, column] = /: line (\d+), column (\d+)/.exec(sentence) ?? [];
  if (line && column) return [t("deliveries.bodyAt", { line, column })];
  return [...sentence.matchAll(/`([^`]+)`: (It is missing)?/g)].map(([, field = "", missing]) =>
    t(missing ? "deliveries.input.missing" : "deliveries.input.wrong", { field }),
  );
}
