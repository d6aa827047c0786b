/** What a rule says, as one plain sentence; what it selects stands in brackets, as people would name it. */

import type { TFunction } from "i18next";
import type { Json, JsonRecord } from "@/graph";

export type Rule = JsonRecord & { id: string; because?: string };

const WORDS = ["must_pass", "precede", "forbid", "limit", "separate", "require", "review_floor"] as const;
type Say = (key: string, options?: Record<string, unknown>) => string;

const record = (value: Json | undefined): JsonRecord =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
const listed = (value: Json | undefined): string[] =>
  (Array.isArray(value) ? value : [value]).filter((each) => each !== null && each !== undefined).map(String);

/** What a selector means: its parts, joined. */
export function nameOfSelector(selector: JsonRecord, t: TFunction): string {
  const say = t as unknown as Say;
  const parts = Object.entries(selector)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => {
      const isNot = key.endsWith("_not");
      const about = key.replace(/_not$/, "");
      const words = listed(value).map((word) => say(`selector.${about}.${word}`, { defaultValue: word }));
      const text =
        about === "kind" || about === "effect" || typeof value === "boolean" || about === "integrity"
          ? words.join(` ${t("governance.or")} `)
          : say(`selector.${about}`, { what: words.join(", "), defaultValue: `${about} ${words.join(", ")}` });
      return isNot ? t("governance.not", { what: text }) : text;
    });
  return parts.join(", ") || t("governance.anything");
}

/** The sentence of a rule. */
export function sayRule(rule: Rule, t: TFunction): string {
  const word = WORDS.find((each) => rule[each] !== null && rule[each] !== undefined);
  const said = word === undefined ? {} : record(rule[word]);
  const name = (part: string): string => `[${nameOfSelector(record(said[part]), t)}]`;
  const words = listed(word === undefined ? [] : rule[word]);
  const list = (keyOf: (word: string) => string): string =>
    words.map((each) => (t as unknown as Say)(keyOf(each), { defaultValue: each })).join(", ");
  switch (word) {
    case "must_pass":
      return t("governance.rule.must_pass", { from: name("from"), to: name("to"), through: name("through") });
    case "precede":
      return t("governance.rule.precede", { first: name("first"), next: name("then") });
    case "forbid":
      if (said.from) return t("governance.rule.forbidPath", { from: name("from"), to: name("to") });
      return t("governance.rule.forbid", { what: `[${nameOfSelector(said, t)}]` });
    case "limit":
      return t("governance.rule.limit", { what: `[${String(rule.limit)}]` });
    case "separate":
      return t("governance.rule.separate", { what: list((duty) => `duty.${duty}`) });
    case "require":
      return t("governance.rule.require", { what: list((what) => `requirement.${what}`) });
    case "review_floor": {
      const share = (risk: string): number => Math.round(Number(said[risk] ?? (risk === "high" ? 1 : 0)) * 100);
      return t("governance.rule.review_floor", { low: share("low"), medium: share("medium"), high: share("high") });
    }
    default:
      return rule.id;
  }
}

/** What is put in where the rule does not hold yet; null when nothing is. */
export function sayInsert(rule: Rule, t: TFunction): string | null {
  const insert = record(rule.insert);
  if (typeof insert.type !== "string") return null;
  const place = String(insert.place ?? "at_target");
  return (t as unknown as Say)(`governance.place.${place}`, { what: insert.type });
}
