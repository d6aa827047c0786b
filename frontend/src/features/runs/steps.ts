/** The steps of a run, put in order for people: what stands in what, and where they lie in time. */

import type { StepRow } from "@/api/client";

/** `rows[3].check` stands in `rows[3]`; the outer graph is "". */
export const scopeOf = (path: string): string => path.split(".").slice(0, -1).join(".");

/** The node that a step is of: `rows[3].check` → `rows.check`. */
export const nodeOf = (path: string): string => path.replace(/\[\d+\]/g, "");

/** Which item or round a scope is: `rows[3]` → 4. */
export const countOf = (scope: string): number | null => {
  const found = /\[(\d+)\]$/.exec(scope)?.[1];
  return found === undefined ? null : Number(found) + 1;
};

export type Told =
  | { is: "step"; step: StepRow; depth: number }
  | { is: "scope"; scope: string; number: number; depth: number };

/** The steps one after the other, those of an item or round below its heading, inside the step that they belong to. */
export function tellSteps(steps: readonly StepRow[]): Told[] {
  const inScope = new Map<string, StepRow[]>();
  const scopesOf = new Map<string, string[]>();
  for (const step of steps) {
    const scope = scopeOf(step.path);
    const known = inScope.get(scope);
    if (known) known.push(step);
    else {
      inScope.set(scope, [step]);
      const container = scope.replace(/\[\d+\]$/, "");
      scopesOf.set(container, [...(scopesOf.get(container) ?? []), scope]);
    }
  }
  const told: Told[] = [];
  const tell = (scope: string, depth: number): void => {
    for (const step of inScope.get(scope) ?? []) {
      told.push({ is: "step", step, depth });
      const inner = scopesOf.get(step.path) ?? [];
      inner.sort((one, other) => (countOf(one) ?? 0) - (countOf(other) ?? 0));
      for (const each of inner) {
        const number = countOf(each);
        if (number !== null) told.push({ is: "scope", scope: each, number, depth: depth + 1 });
        tell(each, depth + 1);
      }
    }
  };
  tell("", 0);
  const seen = new Set(told.map((each) => (each.is === "step" ? each.step.path : "")));
  // Steps whose container is not among them (it was left out) still stand in the list.
  for (const step of steps) if (!seen.has(step.path)) told.push({ is: "step", step, depth: 0 });
  return told;
}

type Stretch = { from: number; until: number };
export type Axis = {
  at: (moment: number) => number;
  gaps: { at: number; lasts: number }[];
  start: number;
  end: number;
};

/** A stretch this long, and so many times as long as all the shorter ones together, is drawn shorter. */
const LONG = 2000;
const FAR = 3;
/** How much of the axis it gets. */
const GAP = 0.12;

/**
 * The axis of a timeline. Long stretches in which nothing begins or ends are drawn shorter and marked, so that
 * milliseconds of work are seen beside a night of waiting.
 */
export function axisOf(steps: readonly { started_at: string; ended_at: string | null }[], now: number): Axis {
  const moments = steps.flatMap((step) => [
    Date.parse(step.started_at),
    step.ended_at === null ? now : Date.parse(step.ended_at),
  ]);
  const points = [...new Set(moments.filter(Number.isFinite))].sort((one, other) => one - other);
  const start = points[0] ?? now;
  const end = points.at(-1) ?? now;
  const stretches = points.slice(1).map((point, at) => ({ from: points[at] as number, until: point }));
  const long = longOnes(stretches);
  const short = stretches.filter((stretch) => !long.has(stretch));
  const rest = Math.max(
    1,
    short.reduce((sum, { from, until }) => sum + until - from, 0),
  );
  const room = 1 - Math.min(0.6, GAP * long.size);
  const places = new Map<number, number>();
  let at = 0;
  places.set(start, 0);
  for (const stretch of stretches) {
    at += long.has(stretch) ? (1 - room) / long.size : (room * (stretch.until - stretch.from)) / rest;
    places.set(stretch.until, at);
  }
  return {
    start,
    end,
    at: (moment) => Math.min(1, places.get(moment) ?? 0),
    gaps: [...long].map(({ from, until }) => ({
      at: ((places.get(from) ?? 0) + (places.get(until) ?? 0)) / 2,
      lasts: until - from,
    })),
  };
}

function longOnes(stretches: readonly Stretch[]): Set<Stretch> {
  const long = new Set<Stretch>();
  let shorter = 0;
  for (const stretch of [...stretches].sort((one, other) => one.until - one.from - (other.until - other.from))) {
    const length = stretch.until - stretch.from;
    if (shorter > 0 && length > LONG && length > FAR * shorter) long.add(stretch);
    else shorter += length;
  }
  return long;
}
