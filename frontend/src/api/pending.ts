/** Shapes that the server's description does not hold yet; each leaves this file when `schema.ts` is generated with it. */

import type { Json, JsonRecord } from "@/graph";

export type FindingRecord = {
  code: string;
  severity: "error" | "warning" | "note";
  sentence: string;
  way_out: string;
  node: string | null;
  field: string | null;
  params?: JsonRecord;
};

/**
 * Whether what stands at `path` may feed an input. `sure`: it is there on every way; if not, the input needs another
 * path or a default as well. `sample` is its value in the last run.
 */
export type Offer = {
  path: string;
  word: "fits" | "checked" | "no";
  reason: string;
  sure: boolean;
  type?: string;
  sample?: string | null;
};

export type Insertion = {
  id: string;
  type: string;
  rule: string;
  template: string;
  owner: string;
  because: string;
  at: { from: string[]; to: string };
};

export type Counterexample = {
  template: string;
  rule: string;
  owner: string;
  because: string;
  path: { node: string; field: string | null }[];
  sentence: string;
  way_out: string;
};

export type Preview = {
  graph: JsonRecord;
  insertions: Insertion[];
  certificates: { template: string; version: number; rule: string; word: string }[];
  guards: { template: string; rule: string; word: string; because: string }[];
  counterexamples: Counterexample[];
};

/** What is inside the answer to a check; the description says only that there are records. */
export type CheckAnswer = {
  risk: "low" | "medium" | "high" | null;
  /** Node path → field → what it carries. */
  labels: Record<string, Record<string, { labels: string[]; integrity: string; checked: string[] }>>;
  /** What would run; null while the graph has errors of its own. */
  preview: Preview | null;
  findings: FindingRecord[];
  /** Node path → input field (`*`: a new one) → what may feed it. */
  fits: Record<string, Record<string, Offer[]>>;
};

/** The last recorded output of a step that the caller may see. */
export type Sample = { output: Json; run: string; at: string };
