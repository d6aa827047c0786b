/** Why a step failed, by its code; where the server's own sentence says more, it stands below. */

import type { i18n } from "i18next";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { readyToRefuse } from "@/api/client";

export type StepError = { code: string; sentence: string; way_out?: string | null };
type Said = { sentence: string; below: string };

/** A sentence with a figure, a quotation, or a name as hosts and files have it. */
const NAMES_SOMETHING = /\d|["“]|'\S+'|\S[.:/_@]\S/;

export function sayFailed({ code, sentence, way_out }: StepError, words: i18n): Said {
  const below = way_out ?? "";
  // In English the sentence of the server says it all.
  if (words.language === "en" || !words.exists(`failed.${code}`)) return { sentence, below };
  const more = NAMES_SOMETHING.test(sentence) ? sentence : "";
  return { sentence: words.t(`failed.${code}` as never), below: `${more} ${below}`.trim() };
}

/** @param isNeeded whether any step failed at all; only then are the words loaded. */
export function useFailureWords(isNeeded: boolean): (error: StepError) => Said {
  const { i18n } = useTranslation();
  useEffect(() => {
    if (isNeeded) void readyToRefuse();
  }, [isNeeded]);
  return (error) => sayFailed(error, i18n);
}
