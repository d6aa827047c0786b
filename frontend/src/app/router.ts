/** Every address of the product, and the page behind it. Pages are loaded when they are first asked for. */

import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  Outlet,
  type RouteComponent,
  redirect,
} from "@tanstack/react-router";
import { isSignedIn, keepToken, sessionOptions } from "@/kit/session";
import { lazyPage, versioned, whose, words } from "./routing";
import { Broken, NotFound } from "./shell/Broken";
import { Shell } from "./shell/Shell";

type Context = { client: QueryClient };
const root = createRootRouteWithContext<Context>()({ component: Outlet, notFoundComponent: NotFound });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search): { to?: string; problem?: string } => words(search, "to", "problem"),
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

/** A page behind the sign-in that its address says all of. */
const page = <Path extends string>(path: Path, component: RouteComponent) =>
  createRoute({ getParentRoute: () => inside, path, component });

const home = page(
  "/",
  lazyPage(() => import("@/features/home/Home"), "Home", ["home"]),
);
const workflows = createRoute({
  getParentRoute: () => inside,
  path: "/workflows",
  validateSearch: (search): { q?: string; team?: string; stage?: string; archived?: string } =>
    words(search, "q", "team", "stage", "archived"),
  component: lazyPage(() => import("@/features/workflows/WorkflowList"), "WorkflowList", ["editor", "rest", "home"]),
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

const settings = page(
  "/settings",
  lazyPage(() => import("./SettingsPage"), "SettingsPage"),
);
const audit = createRoute({
  getParentRoute: () => inside,
  path: "/audit",
  validateSearch: (search): { kind?: string; who?: string; subject?: string; since?: string } =>
    words(search, "kind", "who", "subject", "since"),
  component: lazyPage(() => import("@/features/audit/Audit"), "Audit", ["editor", "rest", "audit"]),
});

const governance = page(
  "/governance",
  lazyPage(() => import("@/features/governance/Governance"), "Governance"),
);
const template = createRoute({
  getParentRoute: () => inside,
  path: "/governance/$id",
  validateSearch: versioned,
  component: lazyPage(() => import("@/features/governance/Template"), "Template"),
});

const catalog = page(
  "/catalog",
  lazyPage(() => import("@/features/catalog/Catalog"), "Catalog"),
);
const servers = page(
  "/catalog/servers",
  lazyPage(() => import("@/features/catalog/Servers"), "Servers"),
);
const newTemplate = page(
  "/catalog/new",
  lazyPage(() => import("@/features/catalog/TemplateEditor"), "NewTemplate"),
);
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

const credentials = page(
  "/credentials",
  lazyPage(() => import("@/features/credentials/Credentials"), "Credentials"),
);
const credential = page(
  "/credentials/$id",
  lazyPage(() => import("@/features/credentials/Credential"), "Credential"),
);
const companySignIn = page(
  "/company-sign-in",
  lazyPage(() => import("@/features/identity/CompanySignIn"), "CompanySignIn"),
);
const connections = page(
  "/connections",
  lazyPage(() => import("@/features/connections/Connections"), "Connections"),
);
const halts = page(
  "/halts",
  lazyPage(() => import("@/features/halts/Halts"), "Halts"),
);
const budgets = page(
  "/budgets",
  lazyPage(() => import("@/features/budgets/Budgets"), "Budgets"),
);
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
  ): {
    team?: string;
    workflow?: string;
    trigger?: string;
    state?: string;
    mode?: string;
    since?: string;
    q?: string;
  } => words(search, "team", "workflow", "trigger", "state", "mode", "since", "q"),
  component: lazyPage(() => import("@/features/runs/RunList"), "RunList", []),
});

const run = createRoute({
  getParentRoute: () => inside,
  path: "/runs/$id",
  validateSearch: (search): { view?: string; step?: string } => words(search, "view", "step"),
  component: lazyPage(() => import("./pages/RunOnCanvas"), "RunOnCanvas", ["editor"]),
});

const versions = page(
  "/workflows/$id/versions",
  lazyPage(() => import("@/features/workflows/Versions"), "Versions"),
);
const compare = createRoute({
  getParentRoute: () => inside,
  path: "/workflows/$id/compare",
  validateSearch: (search): { from?: number; to?: number } => ({
    ...(Number.isInteger(search.from) && { from: search.from as number }),
    ...(Number.isInteger(search.to) && { to: search.to as number }),
  }),
  component: lazyPage(() => import("@/features/workflows/Compare"), "Compare"),
});

const start = page(
  "/workflows/$id/start",
  lazyPage(() => import("@/features/workflows/StartForm"), "StartForm"),
);
const triggers = page(
  "/workflows/$id/triggers",
  lazyPage(() => import("@/features/triggers/Triggers"), "Triggers"),
);
const webhook = page(
  "/workflows/$id/webhooks/$trigger",
  lazyPage(() => import("@/features/triggers/webhook/WebhookPage"), "WebhookPage"),
);
const deliveries = createRoute({
  getParentRoute: () => inside,
  path: "/workflows/$id/deliveries/$trigger",
  validateSearch: (search): { state?: string } => words(search, "state"),
  component: lazyPage(() => import("@/features/triggers/webhook/Deliveries"), "Deliveries"),
});

const requests = page(
  "/publish-requests",
  lazyPage(() => import("@/features/workflows/Requests"), "Requests"),
);
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
    companySignIn,
    halts,
    budgets,
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
