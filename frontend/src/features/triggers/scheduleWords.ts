/** A schedule's settings, and how people say them. */

import type { TFunction } from "i18next";
import type { JsonRecord } from "@/graph";

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export const EVERY = ["day", "weekday", "week", "month", "hours", "minutes", "cron"] as const;
export const STEPS = { minutes: [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30], hours: [1, 2, 3, 4, 6, 8, 12] };
export const OVERLAP = ["queue", "skip", "cancel", "together"] as const;
export const MISSED = ["none", "last", "all"] as const;

export type Every = (typeof EVERY)[number];
export type When = {
  every: Every;
  at?: string;
  on?: string[];
  day?: number | "last";
  step?: number;
  minute?: number;
  cron?: string;
};
export type Settings = {
  when: When;
  zone: string;
  overlap: (typeof OVERLAP)[number];
  missed: (typeof MISSED)[number];
  at_most: number;
};

const STARTS: Record<Every, When> = {
  day: { every: "day", at: "08:30" },
  weekday: { every: "weekday", at: "08:30" },
  week: { every: "week", on: ["mon"], at: "08:30" },
  month: { every: "month", day: 1, at: "08:30" },
  hours: { every: "hours", step: 1, minute: 0 },
  minutes: { every: "minutes", step: 15 },
  cron: { every: "cron", cron: "30 8 * * 1-5" },
};

/** What a choice begins with; a time of day that was said stays. */
export const startWhen = (every: Every, before: When): When => {
  const start = STARTS[every];
  return start.at !== undefined && before.at !== undefined ? { ...start, at: before.at } : start;
};

export const newSettings = (): Settings => ({
  when: STARTS.weekday,
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  overlap: "queue",
  missed: "last",
  at_most: 10,
});

/** The settings as the server keeps them, with what they leave unsaid. A file may have brought anything. */
export function readSettings(said: JsonRecord): Settings {
  const settings = { ...newSettings(), ...(said as Partial<Settings>) };
  const { when, zone } = said;
  const isWhen = typeof when === "object" && when !== null && typeof (when as JsonRecord).every === "string";
  return {
    ...settings,
    when: isWhen ? settings.when : { every: "cron", cron: "" },
    zone: typeof zone === "string" ? zone : "UTC",
  };
}

/** A zone by whose clocks this browser can show times. */
function shownIn(zone: string): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return "UTC";
  }
}

export const zonesOf = (zone: string): string[] => {
  const known = Intl.supportedValuesOf("timeZone");
  return [...new Set([zone, "UTC", ...known])].filter(Boolean).sort();
};

/** `Every weekday at 08:30`. */
export function sayWhen(when: When, t: TFunction, language: string): string {
  const at = when.at ?? "";
  switch (when.every) {
    case "day":
      return t("triggers.say.day", { at });
    case "weekday":
      return t("triggers.say.weekday", { at });
    case "week":
      return t("triggers.say.week", { at, days: sayDays(when.on ?? [], language) });
    case "month":
      return when.day === "last"
        ? t("triggers.say.lastDay", { at })
        : t("triggers.say.month", { at, day: when.day ?? 1 });
    case "hours":
      return t("triggers.say.hours", { count: when.step ?? 1, minute: String(when.minute ?? 0).padStart(2, "0") });
    case "minutes":
      return t("triggers.say.minutes", { count: when.step ?? 1 });
    default:
      return t("triggers.say.cron", { cron: when.cron ?? "" });
  }
}

/** A day of the week by its name; the fifth of January 2026 was a Monday. */
export const dayName = (day: string, language: string, weekday: "long" | "short" = "long"): string =>
  new Intl.DateTimeFormat(language, { weekday, timeZone: "UTC" }).format(
    new Date(Date.UTC(2026, 0, 5 + DAYS.indexOf(day as (typeof DAYS)[number]))),
  );

const sayDays = (days: string[], language: string): string =>
  new Intl.ListFormat(language).format(
    DAYS.filter((day) => days.includes(day)).map((day) => dayName(day, language, "short")),
  );

/** Whether due times are told apart by their seconds. */
const hasSeconds = ({ cron }: When): boolean =>
  String(cron ?? "")
    .trim()
    .split(/\s+/).length === 6;

/** A moment by the clocks of a schedule's zone: `Mon, 1 Jun 2026, 14:30`. */
export const inZone = (moment: string, { zone, when }: Settings, language: string): string =>
  new Intl.DateTimeFormat(language, {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    ...(hasSeconds(when) && { second: "2-digit" }),
    timeZone: shownIn(zone),
    timeZoneName: "short",
  }).format(new Date(moment));
