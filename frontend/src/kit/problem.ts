/** The screen's own words for what the server says by code; else the server's English sentence. */

import type { TFunction } from "i18next";
import type { Problem } from "@/api/client";

export const isProblem = (error: unknown): error is Problem =>
  typeof error === "object" && error !== null && "code" in error && "sentence" in error;

type Said = { code: string; sentence: string; way_out?: string | null; params?: Record<string, unknown> | null };

/** A sentence and a way out, in the person's language where the catalogue has the code. */
export function wordsFor(error: unknown, t: TFunction): { sentence: string; wayOut: string } {
  if (!isProblem(error)) return { sentence: t("problem.broken"), wayOut: t("problem.broken.wayOut") };
  return wordsOf(error, t);
}

export function wordsOf(said: Said, t: TFunction): { sentence: string; wayOut: string } {
  const say = t as unknown as (key: string, options: Record<string, unknown>) => string;
  return {
    sentence: say(`problem.${said.code}`, { defaultValue: said.sentence, ...said.params }),
    wayOut: say(`problem.${said.code}.wayOut`, { defaultValue: said.way_out ?? "", ...said.params }),
  };
}
