/**
 * Why a run waits, was skipped or ended, in the person's language. The server keeps one English sentence for each; here
 * stand the ones that it says most, and what is not among them is shown as it came.
 */

import type { TFunction } from "i18next";

const NAMED = /(^|\s)([a-z][a-z0-9_]*(?:\[\d+\])?(?:\.[a-z][a-z0-9_]*(?:\[\d+\])?)*): /g;

const KNOWN: readonly [pattern: RegExp, key: string][] = [
  [/^It waits for people: (?<what>.+)$/, "people"],
  [/^Nothing led here: .+$/, "notLed"],
  [/^Only (?<there>\d+) of the (?<needed>\d+) that it needs arrived\.$/, "tooFew"],
  [/^(?<who>.+) said that it should be repeated\.$/, "repeated"],
  [/^(?<who>.+) said that it happened\.$/, "happened"],
  [/^(?<what>.+) Try (?<at>\d+) of (?<of>\d+) follows\.$/, "retry"],
  [/^The process ended while it was under way; it is repeated\.$/, "brokeOff"],
  [/^The process ended while it was under way, and nobody saw whether it happened: .+$/, "unseen"],
  [/^And (?<count>\d+) more\.$/, "more"],
  [/^Done\.$/, "done"],
  [/^no structured personal data was found\.?$/i, "noPersonalData"],
  [/^personal data was found: (?<kinds>.+?)\.?$/i, "personalData"],
  [/^tokens were turned back in (?<where>.+?)\.?$/i, "unmasked"],
  [/^there was no token of this run\.?$/i, "noToken"],
  [/^The rule (?<rule>\S+) of (?<template>.+) wants people to look here\.$/, "ruleAsks"],
  [/^The workflow asks people at its step “(?<step>.+)”\.$/, "workflowAsks"],
  [/^(?<who>.+) started this run, and whoever starts it may not decide here\.$/, "starter"],
];

/** The reasons without the ids of steps before them; what is said of several steps is said once. */
export function reasonsIn(why: string): string[] {
  const cut = why.replace(NAMED, (found, blank: string, name: string, at: number) =>
    at === 0 || /[[._]/.test(name) ? "\n" : `${blank}${found.trimStart()}`,
  );
  const said = cut.replace(/ (And \d+ more\.)$/, "\n$1").split("\n");
  return [...new Set(said.map((each) => each.trim()))].filter(Boolean);
}

/** All of it as one line. */
export const sayWhy = (why: string, t: TFunction): string =>
  reasonsIn(why)
    .map((each) => sayReason(each, t))
    .join(" ");

function sayReason(reason: string, t: TFunction): string {
  const say = t as unknown as (key: string, values?: Record<string, string>) => string;
  for (const [pattern, key] of KNOWN) {
    const found = pattern.exec(reason);
    if (!found) continue;
    const values = { ...found.groups };
    if (values.kinds)
      values.kinds = values.kinds
        .split(", ")
        .map((each) => sayKind(each, say))
        .join(", ");
    if (key === "retry" && values.what) values.what = sayReason(values.what, t);
    return say(`why.${key}`, values);
  }
  return reason;
}

/** `payment_card (2)` as `Card number (2)`. */
function sayKind(counted: string, say: (key: string, values?: Record<string, string>) => string): string {
  const [kind = "", ...rest] = counted.split(" ");
  return [say(`found.${kind}`, { defaultValue: kind.replaceAll("_", " ") }), ...rest].join(" ");
}
