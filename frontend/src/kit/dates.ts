/** Moments as people say them, by `Intl`. */

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** The language with the region that the browser asks for: English people of Europe write the day first. */
export function regional(language: string): string {
  const wanted = typeof navigator === "undefined" ? [] : navigator.languages;
  return wanted.find((each) => each.split("-", 1)[0] === language) ?? language;
}

/** `3 hours ago`, `in 2 days`, `now`. */
export function fromNow(moment: string, language: string, now: number = Date.now()): string {
  const seconds = Math.round((Date.parse(moment) - now) / 1000);
  const words = new Intl.RelativeTimeFormat(regional(language), { numeric: "auto" });
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return words.format(Math.trunc(seconds / size), unit);
  }
  return words.format(0, "second");
}

/** `3 March 2026, 14:05`. */
export const onTheClock = (moment: string, language: string): string =>
  new Intl.DateTimeFormat(regional(language), { dateStyle: "long", timeStyle: "short" }).format(new Date(moment));

const UNITS: [unit: string, milliseconds: number][] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
];

/** How long something took, in its two largest units: `3 min 20 s`, `1.4 s`, `85 ms`. */
export function lasting(milliseconds: number, language: string): string {
  const say = (count: number, unit: string, digits = 0): string =>
    new Intl.NumberFormat(regional(language), {
      style: "unit",
      unit,
      unitDisplay: "short",
      maximumFractionDigits: digits,
    }).format(count);
  if (milliseconds < 1000) return say(Math.max(0, Math.round(milliseconds)), "millisecond");
  if (milliseconds < 10_000) return say(milliseconds / 1000, "second", 1);
  const at = UNITS.findIndex(([, size]) => milliseconds >= size);
  const [unit, size] = UNITS[at] as [string, number];
  const whole = Math.floor(milliseconds / size);
  const [next, small] = UNITS[at + 1] ?? [];
  const rest = next && small ? Math.floor((milliseconds - whole * size) / small) : 0;
  return rest && next ? `${say(whole, unit)} ${say(rest, next)}` : say(whole, unit);
}

/** What something cost, in the organisation's currency: two places, more where that would read as nothing. */
export const amount = (cost: number, language: string): string =>
  new Intl.NumberFormat(regional(language), {
    minimumFractionDigits: 2,
    maximumFractionDigits: cost !== 0 && Math.abs(cost) < 0.1 ? 5 : 2,
  }).format(cost);

/** How long a run or a step has taken so far, in milliseconds. */
export const timeOf = (run: { started_at: string; ended_at: string | null }, now: number): number =>
  Math.max(0, (run.ended_at === null ? now : Date.parse(run.ended_at)) - Date.parse(run.started_at));
