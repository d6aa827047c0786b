/** Shapes that the server's description does not hold yet; each leaves this file when `schema.ts` is generated with it. */

import type { JsonRecord, NodeType } from "@/graph";
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

export type RunState = "waiting" | "running" | "succeeded" | "failed" | "refused" | "cancelled" | "uncertain";

export type RunRow = {
  id: string;
  workflow: { id: string; name: string };
  state: RunState;
  mode: string;
  why: string | null;
  started_at: string;
  ended_at: string | null;
};

export type ReviewRow = {
  id: string;
  question: string;
  workflow: { id: string; name: string };
  due_at: string | null;
  asked_at: string;
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
type InQuery<Query> = { query?: Query; header?: never; path?: never; cookie?: never };

export type PendingPaths = {
  "/api/notices": Only<{
    get: Get<Page<Notice> & { unread: number }, InQuery<{ cursor?: string }>>;
    post: Send<Record<string, never>, Nothing, { read: string[] | "all" }>;
  }>;
  "/api/catalog": Only<{ get: Get<{ items: NodeType[] }> }>;
  "/api/runs": Only<{
    get: Get<Page<RunRow>, InQuery<{ team?: string; state?: string; cursor?: string; size?: number }>>;
  }>;
  "/api/reviews": Only<{ get: Get<Page<ReviewRow>, InQuery<{ whose?: "mine" | "team" | "overdue"; size?: number }>> }>;
};
