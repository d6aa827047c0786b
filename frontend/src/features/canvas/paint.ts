/** What is laid over the drawing of a graph: a run, a comparison, a way through it. */

import type { TFunction } from "i18next";
import type { StepRow, StepState } from "@/api/client";
import { amount, lasting } from "@/kit/dates";
import { toneOf } from "@/kit/StateWord";

export type Tone = "good" | "bad" | "warn" | "busy" | "quiet" | "added" | "removed" | "changed" | "way";

/** How a step is painted: a colour and a sign by its tone, and the same in words; `state` names the sign. */
export type Paint = { tone: Tone; words: string; state?: string };

export type EdgeTone = "taken" | "added" | "removed" | "way";

/** Steps by node path (`rows.check`), edges by `from>to`. Where edges were taken, the others step back. */
export type Painting = {
  steps: Readonly<Record<string, Paint>>;
  edges: Readonly<Record<string, EdgeTone>>;
  /** By node path: the data labels that leave the step. */
  labels?: Readonly<Record<string, readonly string[]>>;
};

export const NOT_PAINTED: Painting = { steps: {}, edges: {} };

export const edgeKey = (edge: { from: string; to: string }): string => `${edge.from}>${edge.to}`;

/** The path of the node behind a step: `rows[3].check` is a step of `rows.check`. */
export const nodePathOf = (step: string): string => step.replace(/\[\d+\]/g, "");

const WORST: StepState[] = [
  "failed",
  "refused",
  "uncertain",
  "waiting",
  "running",
  "retrying",
  "cancelled",
  "pending",
  "succeeded",
  "skipped",
];

/** A run on its graph: where each step stands, how long it took, what it cost, which edges were taken. */
export function paintRun(
  run: { steps: readonly StepRow[]; edges_taken: readonly { from: string; to: string; port: string }[] },
  t: TFunction,
  language: string,
  now: number = Date.now(),
): Painting {
  const byNode = new Map<string, StepRow[]>();
  for (const step of run.steps) {
    const node = nodePathOf(step.path);
    byNode.set(node, [...(byNode.get(node) ?? []), step]);
  }
  const steps = Object.fromEntries(
    [...byNode].map(([node, rows]): [string, Paint] => {
      const state = WORST.find((each) => rows.some((row) => row.state === each)) ?? "pending";
      return [
        node,
        { tone: toneOf(state), words: wordsOfSteps(rows, state, t, language, now), state: t(`run.${state}`) },
      ];
    }),
  );
  const edges = run.edges_taken.map(({ from, to, port }) => [
    edgeKey({ from: `${nodePathOf(from)}.${port}`, to: nodePathOf(to) }),
    "taken" as const,
  ]);
  return { steps, edges: Object.fromEntries(edges) };
}

function wordsOfSteps(rows: StepRow[], state: StepState, t: TFunction, language: string, now: number): string {
  const spent = rows.reduce((sum, row) => {
    const from = Date.parse(row.started_at);
    const until = row.ended_at === null ? now : Date.parse(row.ended_at);
    return Number.isFinite(from) && state !== "skipped" ? sum + Math.max(0, until - from) : sum;
  }, 0);
  const cost = rows.reduce((sum, row) => sum + (row.usage?.cost ?? 0), 0);
  const words: string[] = [];
  if (rows.length > 1) words.push(`${rows.length} ×`);
  if (spent > 0) words.push(lasting(spent, language));
  if (cost > 0) words.push(amount(cost, language));
  // Of what went well people want to know how long it took; of everything else, what it is.
  if (state !== "succeeded" || words.length === 0) words.unshift(t(`run.${state}`));
  return words.join(" · ");
}
