/** Differences in meaning, in the person's language: what differs, and how. */

import type { TFunction } from "i18next";
import type { components } from "@/api/schema";

export type ChangeRow = components["schemas"]["ChangeView"];

const LONGEST = 60;

const isShort = (value: unknown): boolean =>
  typeof value === "string" ? value.length <= LONGEST && !value.includes("\n") : typeof value !== "object";

const shown = (value: unknown, t: TFunction): string =>
  typeof value === "string" ? t("kit.quoted", { text: value }) : JSON.stringify(value);

const words = (field: string | null): string =>
  (field ?? "")
    .replace(/^(config|inputs|result|binding)[.:]/, "")
    .replaceAll("_", " ")
    .replaceAll(".", " › ");

/** @param nameOf what people call the node at a path. */
export function changeWords(change: ChangeRow, t: TFunction, nameOf: (path: string) => string): string {
  const say = t as unknown as (key: string, options: Record<string, unknown>) => string;
  const [thing = "", turn = ""] = change.code.split("_");
  const field =
    thing === "edge"
      ? (change.field ?? "")
          .split(" → ")
          .map((end) => nameOf(end.split(".", 1)[0] ?? end))
          .join(" → ")
      : words(change.field);
  const about = say(`change.of.${thing}`, {
    what: change.node === null ? "" : nameOf(change.node),
    field,
    defaultValue: change.sentence,
  });
  const hasValues = turn === "changed" && isShort(change.was) && isShort(change.now) && thing !== "rule";
  return say(hasValues ? "change.values" : `change.${turn}`, {
    about,
    was: shown(change.was, t),
    now: shown(change.now, t),
    defaultValue: change.sentence,
  });
}
