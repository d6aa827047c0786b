/** Shapes that the server's description does not hold yet; each leaves this file when `schema.ts` is generated with it. */

import type { Json, JsonRecord, NodeType } from "@/graph";
import type { components } from "./schema";

export type FindingRecord = {
  code: string;
  severity: "error" | "warning" | "note";
  sentence: string;
  way_out: string;
  node: string | null;
  field: string | null;
  params?: JsonRecord;
  /** The one way to mend it, where there is one: the file as it would be. */
  fix?: { title: string; graph: JsonRecord } | null;
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
  /** What would run; null while the graph has errors of its own. */
  preview: Preview | null;
  findings: FindingRecord[];
  /** Node path → input field (`*`: a new one) → what may feed it. */
  fits: Record<string, Record<string, Offer[]>>;
};

type Answer<Body> = {
  responses: {
    200: { headers: Record<string, string>; content: { "application/json": Body } };
    default: { headers: Record<string, string>; content: { "application/json": components["schemas"]["Problem"] } };
  };
};
type Nothing = { query?: never; header?: never; path?: never; cookie?: never };
type Get<Body, Parameters = Nothing> = Answer<Body> & { parameters: Parameters };
type Send<Body, Parameters, Sent> = Answer<Body> & {
  parameters: Parameters;
  requestBody: { content: { "application/json": Sent } };
};
type Only<Methods> = Methods & {
  [Method in Exclude<
    "get" | "put" | "post" | "delete" | "options" | "head" | "patch" | "trace",
    keyof Methods
  >]?: never;
} & { parameters: Nothing };
type InPath<Name extends string> = { query?: never; header?: never; path: Record<Name, string>; cookie?: never };

/** The last recorded output of a step that the caller may see. */
export type Sample = { output: Json; run: string; at: string };

export type TryIn = {
  graph: JsonRecord;
  input: JsonRecord;
  upto?: string;
  only?: string;
  pins?: Record<string, Json>;
};

export type PendingPaths = {
  "/api/workflows/{workflow}/try": Only<{ post: Send<{ run: string }, InPath<"workflow">, TryIn> }>;
  "/api/workflows/{workflow}/samples": Only<{ get: Get<Record<string, Sample>, InPath<"workflow">> }>;
  "/api/catalog": Only<{ get: Get<{ items: NodeType[] }> }>;
};
