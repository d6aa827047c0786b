/** Why a step failed, by its code; the server's own sentence, which names what it was, stands below it. */

import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { readyToRefuse } from "@/api/client";

export type StepError = { code: string; sentence: string; way_out?: string | null };
type Said = { sentence: string; below: string };

/** @param isNeeded whether any step failed at all; only then are the words loaded. */
export function useFailureWords(isNeeded: boolean): (error: StepError) => Said {
  const { t, i18n } = useTranslation();
  useEffect(() => {
    if (isNeeded) void readyToRefuse();
  }, [isNeeded]);
  const say = t as unknown as (key: string) => string;
  return ({ code, sentence, way_out }) => {
    const below = way_out ?? "";
    // In English the sentence of the server says it all.
    if (i18n.language === "en" || !i18n.exists(`failed.${code}`)) return { sentence, below };
    return { sentence: say(`failed.${code}`), below: `${sentence} ${below}`.trim() };
  };
}
