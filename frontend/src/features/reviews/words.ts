import type { TFunction } from "i18next";

/** The words for what the server says by code; the code itself where there are none. */
const wordsOr = (t: TFunction, key: string, fallback: string): string =>
  (t as unknown as (key: string, options: Record<string, unknown>) => string)(key, { defaultValue: fallback });

/** A decision, in words. */
export const decisionInWords = (decision: string, t: TFunction): string =>
  wordsOr(t, `reviews.was.${decision}`, decision);

/** A reason, in words. */
export const reasonInWords = (code: string, t: TFunction): string =>
  wordsOr(t, `reviews.reason.${code}`, code.replaceAll("_", " "));
