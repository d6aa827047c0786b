/** Shapes that the server's description does not hold yet; each leaves this file when `schema.ts` is generated with it. */

import type { Json, JsonRecord, NodeType, Schema } from "@/graph";
import type { components } from "./schema";

export type Page<Item> = { items: Item[]; next: string | null };

export type Notice = {
  id: string;
  kind: string;
  sentence: string;
  params: JsonRecord;
  link: string;
  at: string;
  read: boolean;
};

type Named = { id: string; name: string };

export type RunState =
  | "queued"
  | "ready"
  | "running"
  | "waiting"
  | "quarantined"
  | "succeeded"
  | "failed"
  | "refused"
  | "cancelled";

export type RunRow = {
  id: string;
  workflow: Named | null;
  name: string;
  version: number | null;
  state: RunState;
  uncertain: boolean;
  mode: string;
  stage: string;
  team: Named | null;
  starter: Named;
  why: string | null;
  cost: number;
  started_at: string;
  ended_at: string | null;
  forked_from: { run: string; step: string } | null;
};

export type StepState =
  | "pending"
  | "running"
  | "waiting"
  | "retrying"
  | "uncertain"
  | "succeeded"
  | "failed"
  | "skipped"
  | "cancelled"
  | "refused";

export type SpanRecord = { kind: string; field: string; start: number; end: number; score: number; detector: string };
export type VerdictRecord = { word: "allow" | "redact" | "review" | "block"; reason: string; findings?: SpanRecord[] };

export type StepRow = {
  path: string;
  node: string;
  type: string;
  title: string;
  state: StepState;
  attempts: number;
  started_at: string;
  ended_at: string | null;
  why: string;
  due: string | null;
  ports: string[];
  verdict: VerdictRecord | null;
  usage: { model: string; tokens_in: number; tokens_out: number; cost: number } | null;
  error: { code: string; sentence: string; way_out?: string | null } | null;
  marks: string[];
  duplicate: boolean;
  forced: boolean;
  review: string | null;
};

export type StepDetail = StepRow & {
  inputs?: Json;
  output?: Json;
  payload: boolean;
  log: { at: string; sentence: string }[];
};

export type RunWait = {
  step: string;
  kind: "ask" | "uncertain" | "timer" | "signal";
  since: string;
  until: string | null;
  review: string | null;
  sentence: string;
};

export type RunDetail = RunRow & {
  steps: StepRow[];
  graph: JsonRecord;
  edges_taken: { from: string; to: string }[];
  waits: RunWait[];
  input?: Json;
  result?: Json;
  payload: boolean;
  guards: { node: string; rule: string; template: string; verdict: VerdictRecord | null }[];
  may: { cancel: boolean; retry: boolean; rerun: boolean; release: boolean; clarify: boolean };
};

export type ReviewRow = {
  id: string;
  title: string;
  question: string;
  workflow: Named | null;
  run: string;
  step: string;
  place: string;
  state: "open" | "claimed" | "decided" | "expired" | "withdrawn" | "superseded";
  team: Named | null;
  asked_at: string;
  due_at: string | null;
  overdue: boolean;
  claimed_by: Named | null;
  claimed_until: string | null;
  mine: boolean;
  why_not: string | null;
  siblings: number;
  why: string | null;
  dry: boolean;
};

export type Choice = "approve" | "edit" | "reject";

export type ReviewDetail = ReviewRow & {
  kind: "approve" | "edit";
  record: Json;
  proposal?: Json;
  proposal_schema?: Schema | null;
  payload_hash: string;
  spans: { path: (string | number)[]; start: number; end: number; kind: string; sentence: string }[];
  said: { step: string; title: string; type: string; sentence: string; verdict?: VerdictRecord | null }[];
  why_here: string;
  last_similar: {
    review: string;
    decision: string;
    by: Named;
    reason: string;
    at: string;
    run_state: string | null;
  } | null;
  choices: Choice[];
  reasons: string[];
  reason_wanted: Choice[];
  needed: number;
  decisions: {
    by: Named;
    decision: string;
    reason: string;
    at: string;
    changes: { path: string; was: Json; now: Json }[] | null;
  }[];
  items: ReviewRow[];
  payload: boolean;
};

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

/** What is inside the answer to a check; the description says only that there are records. */
export type CheckAnswer = {
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
type Act<Name extends string> = Send<Record<string, never>, InPath<Name>, Record<string, never>>;
type RunSearch = {
  team?: string;
  workflow?: string;
  state?: string;
  mode?: string;
  since?: string;
  q?: string;
  cursor?: string;
  size?: number;
};
type InQuery<Query> = { query?: Query; header?: never; path?: never; cookie?: never };

export type PendingPaths = {
  "/api/notices": Only<{
    get: Get<Page<Notice> & { unread: number }, InQuery<{ cursor?: string }>>;
    post: Send<Record<string, never>, Nothing, { read: string[] | "all" }>;
  }>;
  "/api/catalog": Only<{ get: Get<{ items: NodeType[] }> }>;
  "/api/runs": Only<{ get: Get<Page<RunRow>, InQuery<RunSearch>> }>;
  "/api/runs/{run}": Only<{ get: Get<RunDetail, InPath<"run">> }>;
  "/api/runs/{run}/steps/{path}": Only<{ get: Get<StepDetail, InPath<"run" | "path">> }>;
  "/api/runs/{run}/cancel": Only<{ post: Act<"run"> }>;
  "/api/runs/{run}/release": Only<{ post: Act<"run"> }>;
  "/api/runs/{run}/retry": Only<{ post: Send<{ run: string }, InPath<"run">, { from_step: string }> }>;
  "/api/runs/{run}/rerun": Only<{ post: Send<{ run: string }, InPath<"run">, { input: Json }> }>;
  "/api/runs/{run}/steps/{path}/clarify": Only<{
    post: Send<
      Record<string, never>,
      InPath<"run" | "path">,
      { answer: "repeat" | "happened" | "give_up"; output?: Json }
    >;
  }>;
  "/api/reviews": Only<{
    get: Get<
      Page<ReviewRow>,
      InQuery<{ whose?: "mine" | "team" | "overdue" | "decided"; team?: string; cursor?: string; size?: number }>
    >;
  }>;
  "/api/reviews/{review}": Only<{ get: Get<ReviewDetail, InPath<"review">> }>;
  "/api/reviews/{review}/claim": Only<{ post: Send<ReviewRow, InPath<"review">, Record<string, never>> }>;
  "/api/reviews/{review}/return": Only<{ post: Send<ReviewRow, InPath<"review">, Record<string, never>> }>;
  "/api/reviews/{review}/decide": Only<{
    post: Send<ReviewRow, InPath<"review">, { decision: Choice; edit?: Json; reason?: string; payload_hash: string }>;
  }>;
};
