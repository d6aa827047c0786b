/** The way to the server: typed, same origin, with the session's token on every call that changes something. */

import createFetchClient from "openapi-fetch";
import createQueryClient from "openapi-react-query";
import type { Json, Schema } from "@/graph";
import type { components, paths } from "./schema";

type Schemas = components["schemas"];
export type Problem = Schemas["Problem"];
export type Session = Schemas["SessionView"];
export type WorkflowRow = Schemas["WorkflowView"];
export type Draft = Schemas["DraftView"];
export type LinkView = Schemas["LinkView"];
export type Notice = Schemas["NoticeView"];
export type RunRow = Schemas["RunRow"];
export type RunState = Schemas["RunStatus"];
export type RunDetail = Schemas["RunDetail"];
export type RunWait = Schemas["WaitRow"];
export type RunLook = Schemas["LookView"];
export type StepRow = Schemas["StepRow"];
export type StepState = Schemas["StepStatus"];
export type StepDetail = Schemas["StepDetail"];
export type ReviewRow = Schemas["ReviewRow"];
export type Choice = Schemas["ReviewDetail"]["choices"][number];

/** A review as it is read; what JSON the description calls `unknown` has its type here. */
export type ReviewDetail = Omit<Schemas["ReviewDetail"], "record" | "proposal" | "proposal_schema"> & {
  record: Json;
  proposal: Json;
  proposal_schema: Schema | null;
};
export type GovernanceVersion = Schemas["TemplateView"];
export type Exemption = Schemas["ExemptionView"];
export type TemplateState = Schemas["TemplateState"];
export type NodeTemplate = Schemas["NodeTemplateView"];
export type McpServer = Schemas["ServerView"];
export type Stage = Schemas["Stage"];
export type AuditEvent = Schemas["EventView"];
export type FileView = Schemas["FileView"];
export type Credential = Schemas["CredentialView"];
export type CredentialKind = Schemas["KindView"];
export type GrantsIn = Schemas["GrantsIn"];
export type ModelConnection = Schemas["ConnectionView"];
export type ConnectionSaid = Schemas["ConnectionSaid"];
export type ProviderPage = Schemas["ProviderPageView"];
export type ProviderSaid = Schemas["ProviderIn"];
export type ProviderView = Schemas["ProviderView"];
export type Budget = Schemas["BudgetView"];
export type Halt = Schemas["HaltView"];
export type HaltThing = Schemas["HaltedThing"];
export type BudgetIn = Schemas["BudgetIn"];
export type ApiToken = Schemas["TokenView"];
export type TriggerRow = Schemas["TriggerView"];
export type Webhook = Schemas["WebhookView"];
export type WebhookSecret = Schemas["SecretView"];
export type DeliveryRow = Schemas["DeliveryRow"];
export type KindSetting = Schemas["KindSetting"];
export type Member = Schemas["MemberView"];
export type Person = Schemas["PersonView"];
export type Invitation = Schemas["InvitationView"];
export type TeamRole = Schemas["RolesChange"]["roles"][number];
export type OrgRole = NonNullable<Schemas["PersonChange"]["org_roles"]>[number];

let token = "";

/** The token of the session just read; it goes along with every call that is not a GET. */
export function setToken(csrf: string): void {
  token = csrf;
}

export const heldToken = (): string => token;

let refusals: () => Promise<void> = async () => undefined;

export function loadRefusalsBy(loader: () => Promise<void>): void {
  refusals = loader;
}

/** Has the words ready for what the server refuses, or for why a step failed. Until then, its own sentence is shown. */
export const readyToRefuse = (): Promise<void> => refusals();

export const api = createFetchClient<paths>({
  baseUrl: "/",
  fetch: (request) => globalThis.fetch(request),
});

api.use({
  onRequest({ request }) {
    if (request.method !== "GET") request.headers.set("X-CSRF-Token", token);
    return request;
  },
  async onResponse({ response }) {
    const isSentence = response.headers.get("content-type")?.startsWith("application/json");
    if (response.ok) return response;
    await readyToRefuse();
    if (isSentence) return response;
    // A proxy answered, not the product: people get a sentence all the same.
    return Response.json(offline(), { status: response.status });
  },
  onError: () => Response.json(offline(), { status: 503 }),
});

const offline = (): Problem => ({ code: "offline", sentence: "Handrail cannot be reached." });

export const query = createQueryClient(api);
