import type { TFunction } from "i18next";
import type { FindingRecord } from "@/api/pending";
import { wordsOf } from "@/kit/problem";

/** A finding in the person's language where the catalogue knows its code; `{{name}}` is the field that it is about. */
export function findingWords(finding: FindingRecord, t: TFunction): { sentence: string; wayOut: string } {
  const name = (finding.field ?? "").split(".").at(-1)?.replaceAll("_", " ") ?? "";
  return wordsOf({ ...finding, params: { name, ...finding.params } }, t);
}
