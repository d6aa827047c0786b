import type { TFunction } from "i18next";

/** What a policy said, in words. */
export const verdictInWords = (word: string, t: TFunction): string =>
  (t as unknown as (key: string, options: Record<string, unknown>) => string)(`verdict.${word}`, {
    defaultValue: word,
  });
