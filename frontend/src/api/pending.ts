/** Shapes of routes that the server is still growing; each leaves this file when `schema.ts` is generated with it. */

import type { JsonRecord, NodeType } from "@/graph";

export type Problem = {
  code: string;
  sentence: string;
  node?: string | null;
  field?: string | null;
  way_out?: string | null;
  params?: JsonRecord;
};

export type Role = "viewer" | "builder" | "reviewer" | "owner";

/** Who is signed in here, if anybody, and what they may: in the organisation, and in each of their teams. */
export type Session = {
  person: { id: string; email: string; name: string; language: string; has_password: boolean } | null;
  organisation: string | null;
  org_roles: string[];
  may: string[];
  teams: { id: string; name: string; roles: string[]; may: string[] }[];
  csrf: string | null;
  first_run: boolean;
};

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

export type Stage = "sandbox" | "pilot" | "production";

export type WorkflowRow = {
  id: string;
  name: string;
  purpose: string;
  team: { id: string; name: string };
  owner: string;
  stage: Stage;
  live: number | null;
  archived: boolean;
  changed_at: string;
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

/** Whether what stands at `path` may feed an input; `sample` is its value in the last run. */
export type Offer = {
  path: string;
  word: "fits" | "checked" | "no";
  reason: string | null;
  type: string;
  sample?: string | null;
};

export type CheckAnswer = {
  findings: FindingRecord[];
  /** Node path → input field (`*`: a new one) → what may feed it. */
  fits: Record<string, Record<string, Offer[]>>;
  labels: Record<string, Record<string, string[]>>;
};

export type Draft = { graph: JsonRecord; revision: string; saved_at: string; saved_by: string };

type Answer<Body> = {
  responses: {
    200: { headers: Record<string, string>; content: { "application/json": Body } };
    default: { headers: Record<string, string>; content: { "application/json": Problem } };
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
type InPath<Names extends string> = { query?: never; header?: never; path: Record<Names, string>; cookie?: never };
type InQuery<Query> = { query?: Query; header?: never; path?: never; cookie?: never };

export type paths = {
  "/api/session": Only<{
    get: Get<Session>;
    post: Send<Session, Nothing, { email: string; password: string }>;
    delete: Get<Record<string, never>>;
  }>;
  "/api/session/link": Only<{ post: Send<Session, Nothing, { token: string }> }>;
  "/api/notices": Only<{
    get: Get<Page<Notice> & { unread: number }, InQuery<{ cursor?: string }>>;
    post: Send<Record<string, never>, Nothing, { read: string[] | "all" }>;
  }>;
  "/api/catalog": Only<{ get: Get<{ items: NodeType[] }> }>;
  "/api/workflows": Only<{
    get: Get<
      Page<WorkflowRow>,
      InQuery<{ team?: string; q?: string; stage?: string; cursor?: string; limit?: number }>
    >;
    post: Send<
      WorkflowRow,
      Nothing,
      { team: string; name: string; from: "blank" | "example" | "fork"; source?: string }
    >;
  }>;
  "/api/workflows/{id}": Only<{ get: Get<WorkflowRow, InPath<"id">> }>;
  "/api/workflows/{id}/draft": Only<{
    get: Get<Draft, InPath<"id">>;
    put: Send<
      Draft,
      { query?: never; header: { "If-Match": string }; path: { id: string }; cookie?: never },
      { graph: JsonRecord }
    >;
  }>;
  "/api/workflows/{id}/check": Only<{ post: Send<CheckAnswer, InPath<"id">, { graph: JsonRecord }> }>;
  "/api/runs": Only<{
    get: Get<Page<RunRow>, InQuery<{ team?: string; state?: string; cursor?: string; limit?: number }>>;
  }>;
  "/api/reviews": Only<{ get: Get<Page<ReviewRow>, InQuery<{ whose?: "mine" | "team" | "overdue"; limit?: number }>> }>;
};
