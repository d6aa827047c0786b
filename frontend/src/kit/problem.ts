/** The screen's own words for what the server says by code; else the server's English sentence. */

import type { TFunction } from "i18next";
import type { Problem } from "@/api/client";

export const isProblem = (error: unknown): error is Problem =>
  typeof error === "object" && error !== null && "code" in error && "sentence" in error;

type Said = {
  code: string;
  sentence: string;
  way_out?: string | null;
  field?: string | null;
  params?: Record<string, unknown> | null;
};

/** A sentence and a way out, in the person's language where the catalogue has the code. */
export function wordsFor(error: unknown, t: TFunction): { sentence: string; wayOut: string } {
  if (!isProblem(error)) return { sentence: t("problem.broken"), wayOut: t("problem.broken.wayOut") };
  return wordsOf(error, t);
}

/** Of sentences that differ under one code, the param `case` or `reason` says which, or else the field that they are about. */
export function wordsOf(said: Said, t: TFunction): { sentence: string; wayOut: string } {
  // What is wrong with a trigger stands in its findings.
  const first = said.code === "bad_trigger" ? (said.params?.findings as Said[] | undefined)?.[0] : undefined;
  if (first) return wordsOf(first, t);
  const say = t as unknown as (keys: string[], options: Record<string, unknown>) => string;
  // A file and the settings of a step are wrong in the same ways.
  // What the checker finds is what a start is refused for.
  const codes: Record<string, string> = {
    bad_file: "bad_config",
    bad_settings: "bad_config",
    credential_refused: String(said.params?.reason),
    template_refused: "template_unusable",
  };
  const code = codes[said.code] ?? said.code;
  const name = said.field?.split(".").at(-1)?.replaceAll("_", " ") ?? "";
  const params = { name, ...said.params };
  const own = `.${said.params?.case ?? said.params?.reason}`;
  const keys = [
    ...[`finding.${code}${own}`, `finding.${code}`, `problem.${code}${own}`, `problem.${code}`],
    ...[`refusal.${code}${own}`, `refusal.${code}.${said.field}`, `refusal.${code}`],
  ];
  return {
    sentence: say(keys, { defaultValue: said.sentence, ...params }),
    wayOut: say(
      keys.map((key) => `${key}.wayOut`),
      { defaultValue: said.way_out ?? "", ...params },
    ),
  };
}
