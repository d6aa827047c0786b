/** Every address of the product, and the page behind it. Pages are loaded when they are first asked for. */

import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  type RouteComponent,
  redirect,
} from "@tanstack/react-router";
import { isSignedIn, keepToken, sessionOptions } from "@/kit/session";
import { loadWords, type Part } from "./language";
import { Broken, NotFound } from "./shell/Broken";
import { Shell } from "./shell/Shell";

type Context = { client: QueryClient };
type Search = Record<string, string | undefined>;

/**
 * A page, loaded together with its words.
 *
 * @param parts of the catalogue beyond what every page has: for most pages the rest.
 */
const lazyPage = <Name extends string, Module extends Record<Name, RouteComponent>>(
  load: () => Promise<Module>,
  name: Name,
  parts: Part[] = ["rest"],
) => lazyRouteComponent(async () => (await Promise.all([load(), loadWords(...parts)]))[0], name);

const words = (search: Record<string, unknown>, ...names: string[]): Search =>
  Object.fromEntries(names.flatMap((name) => (typeof search[name] === "string" ? [[name, search[name]]] : [])));

const root = createRootRouteWithContext<Context>()({ component: Outlet, notFoundComponent: NotFound });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search): { to?: string } => words(search, "to"),
  component: lazyPage(() => import("@/features/session/SignIn"), "SignIn"),
});

const link = createRoute({
  getParentRoute: () => root,
  path: "/link/$token",
  component: lazyPage(() => import("@/features/session/OneTimeLink"), "OneTimeLink"),
});

/** Everything behind the sign-in. */
const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  beforeLoad: async ({ context, location }) => {
    const session = await context.client.ensureQueryData(sessionOptions);
    if (!isSignedIn(session)) throw redirect({ to: "/sign-in", search: { to: location.href } });
    keepToken(session);
  },
  component: Shell,
});

const home = createRoute({
  getParentRoute: () => inside,
  path: "/",
  component: lazyPage(() => import("@/features/home/Home"), "Home", []),
});

const workflows = createRoute({
  getParentRoute: () => inside,
  path: "/workflows",
  validateSearch: (search): { q?: string; team?: string; stage?: string; archived?: string } =>
    words(search, "q", "team", "stage", "archived"),
  component: lazyPage(() => import("@/features/workflows/WorkflowList"), "WorkflowList"),
});

const workflow = createRoute({
  getParentRoute: () => inside,
  path: "/workflows/$id",
  validateSearch: (search): { view?: "list" | "canvas"; node?: string } => ({
    ...words(search, "node"),
    ...((search.view === "list" || search.view === "canvas") && { view: search.view }),
  }),
  component: lazyPage(() => import("./EditorPage"), "EditorPage", ["editor"]),
});

const team = createRoute({
  getParentRoute: () => inside,
  path: "/team",
  validateSearch: (search): { team?: string } => words(search, "team"),
  component: lazyPage(() => import("@/features/people/Team"), "Team"),
});

const people = createRoute({
  getParentRoute: () => inside,
  path: "/people",
  validateSearch: (search): { q?: string } => words(search, "q"),
  component: lazyPage(() => import("@/features/people/People"), "People"),
});

const settings = createRoute({
  getParentRoute: () => inside,
  path: "/settings",
  component: lazyPage(() => import("./SettingsPage"), "SettingsPage"),
});

const audit = createRoute({
  getParentRoute: () => inside,
  path: "/audit",
  validateSearch: (search): { kind?: string; who?: string; subject?: string; since?: string } =>
    words(search, "kind", "who", "subject", "since"),
  component: lazyPage(() => import("@/features/audit/Audit"), "Audit"),
});

const versioned = (search: Record<string, unknown>): { version?: number } =>
  Number.isInteger(search.version) ? { version: search.version as number } : {};

const governance = createRoute({
  getParentRoute: () => inside,
  path: "/governance",
  component: lazyPage(() => import("@/features/governance/Governance"), "Governance"),
});

const template = createRoute({
  getParentRoute: () => inside,
  path: "/governance/$id",
  validateSearch: versioned,
  component: lazyPage(() => import("@/features/governance/Template"), "Template"),
});

const catalog = createRoute({
  getParentRoute: () => inside,
  path: "/catalog",
  component: lazyPage(() => import("@/features/catalog/Catalog"), "Catalog"),
});

const servers = createRoute({
  getParentRoute: () => inside,
  path: "/catalog/servers",
  component: lazyPage(() => import("@/features/catalog/Servers"), "Servers"),
});

const newTemplate = createRoute({
  getParentRoute: () => inside,
  path: "/catalog/new",
  component: lazyPage(() => import("@/features/catalog/TemplateEditor"), "NewTemplate"),
});

const nodeTemplate = createRoute({
  getParentRoute: () => inside,
  path: "/catalog/$id",
  validateSearch: versioned,
  component: lazyPage(() => import("@/features/catalog/TemplatePage"), "TemplatePage"),
});

const editTemplate = createRoute({
  getParentRoute: () => inside,
  path: "/catalog/$id/edit",
  validateSearch: versioned,
  component: lazyPage(() => import("@/features/catalog/TemplateEditor"), "EditTemplate"),
});

const credentials = createRoute({
  getParentRoute: () => inside,
  path: "/credentials",
  component: lazyPage(() => import("@/features/credentials/Credentials"), "Credentials"),
});

const credential = createRoute({
  getParentRoute: () => inside,
  path: "/credentials/$id",
  component: lazyPage(() => import("@/features/credentials/Credential"), "Credential"),
});

const connections = createRoute({
  getParentRoute: () => inside,
  path: "/connections",
  component: lazyPage(() => import("@/features/connections/Connections"), "Connections"),
});

const whose = (search: Record<string, unknown>): { whose?: "team" | "overdue" | "decided"; team?: string } => ({
  ...words(search, "team"),
  ...((search.whose === "team" || search.whose === "overdue" || search.whose === "decided") && { whose: search.whose }),
});

const reviews = createRoute({
  getParentRoute: () => inside,
  path: "/reviews",
  validateSearch: whose,
  component: lazyPage(() => import("@/features/reviews/Desk"), "Desk", []),
});

const review = createRoute({
  getParentRoute: () => inside,
  path: "/reviews/$id",
  validateSearch: whose,
  component: lazyPage(() => import("@/features/reviews/ReviewPage"), "ReviewPage", []),
});

const runs = createRoute({
  getParentRoute: () => inside,
  path: "/runs",
  validateSearch: (
    search,
  ): { team?: string; workflow?: string; state?: string; mode?: string; since?: string; q?: string } =>
    words(search, "team", "workflow", "state", "mode", "since", "q"),
  component: lazyPage(() => import("@/features/runs/RunList"), "RunList", []),
});

const run = createRoute({
  getParentRoute: () => inside,
  path: "/runs/$id",
  validateSearch: (search): { view?: string; step?: string } => words(search, "view", "step"),
  component: lazyPage(() => import("./pages/RunOnCanvas"), "RunOnCanvas", ["editor"]),
});

const versions = createRoute({
  getParentRoute: () => inside,
  path: "/workflows/$id/versions",
  component: lazyPage(() => import("@/features/workflows/Versions"), "Versions"),
});

const compare = createRoute({
  getParentRoute: () => inside,
  path: "/workflows/$id/compare",
  validateSearch: (search): { from?: number; to?: number } => ({
    ...(Number.isInteger(search.from) && { from: search.from as number }),
    ...(Number.isInteger(search.to) && { to: search.to as number }),
  }),
  component: lazyPage(() => import("@/features/workflows/Compare"), "Compare", ["editor", "rest"]),
});

const start = createRoute({
  getParentRoute: () => inside,
  path: "/workflows/$id/start",
  component: lazyPage(() => import("@/features/workflows/StartForm"), "StartForm", ["editor", "rest"]),
});

const triggers = createRoute({
  getParentRoute: () => inside,
  path: "/workflows/$id/triggers",
  component: lazyPage(() => import("@/features/triggers/Triggers"), "Triggers", ["editor", "rest"]),
});

const webhook = createRoute({
  getParentRoute: () => inside,
  path: "/workflows/$id/webhooks/$trigger",
  component: lazyPage(() => import("@/features/triggers/webhook/WebhookPage"), "WebhookPage", ["editor", "rest"]),
});

const deliveries = createRoute({
  getParentRoute: () => inside,
  path: "/workflows/$id/deliveries/$trigger",
  validateSearch: (search): { state?: string } => words(search, "state"),
  component: lazyPage(() => import("@/features/triggers/webhook/Deliveries"), "Deliveries"),
});

const requests = createRoute({
  getParentRoute: () => inside,
  path: "/publish-requests",
  component: lazyPage(() => import("@/features/workflows/Requests"), "Requests"),
});

const routes = root.addChildren([
  signIn,
  link,
  inside.addChildren([
    home,
    versions,
    compare,
    start,
    triggers,
    webhook,
    deliveries,
    requests,
    workflows,
    workflow,
    team,
    people,
    settings,
    audit,
    governance,
    catalog,
    servers,
    newTemplate,
    nodeTemplate,
    editTemplate,
    template,
    credentials,
    credential,
    connections,
    reviews,
    review,
    runs,
    run,
  ]),
]);

export const makeRouter = (client: QueryClient) =>
  createRouter({
    routeTree: routes,
    context: { client },
    defaultErrorComponent: Broken,
    defaultPreload: "intent",
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
  });

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
