/** The page of a webhook: what pauses it is said, switching on switches on, and inputs are bound field by field. */

import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  RouterProvider,
} from "@tanstack/react-router";
import { configure, render, screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { Suspense } from "react";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { WebhookPage } from "@/features/triggers/webhook/WebhookPage";
import { changeLanguage, startTexts } from "./language";
import { makeTheme } from "./theme";

configure({ asyncUtilTimeout: 8000 });
vi.setConfig({ testTimeout: 30_000 });
beforeAll(() => startTexts("en", "editor", "rest"), 60_000);
afterEach(() => vi.unstubAllGlobals());

const ADA = { id: "p", name: "Ada" };
const MAY = ["trigger.write"];
const GONE = { code: "unknown_trigger", sentence: "There is no trigger t1." };
const HOOK = {
  id: "t1",
  kind: "webhook",
  name: "The shop",
  workflow: "w",
  revision: 4,
  state: "paused",
  paused: { code: "archived", sentence: "Said by the server." },
  settings: {},
  inputs: null,
  pinned: null as number | null,
  findings: [] as object[],
  owner: ADA,
};
const ANSWERS: Record<string, unknown> = {
  "/api/session": {
    person: { ...ADA, language: "en" },
    may: MAY,
    teams: [{ id: "team", name: "Team", may: MAY }],
    csrf: "c",
  },
  "/api/workflows/w": { id: "w", name: "Orders", team: { id: "team", name: "Team" }, archived: false },
  "/api/workflows/w/triggers": {
    items: [],
    version: 1,
    inputs: { type: "object", required: ["order"], properties: { order: { type: "string", title: "Order" } } },
  },
  "/api/triggers/t1": HOOK,
  "/api/triggers/t1/webhook": { address: null, secrets: [], unsigned_by: null, listens_until: null },
  "/api/triggers/t1/webhook/sample": null,
};

function show(more: Record<string, unknown> = {}) {
  const answers: Record<string, unknown> = { ...ANSWERS, ...more };
  const sent: { method: string; path: string; body: unknown }[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    if (request.method !== "GET") {
      sent.push({ method: request.method, path: pathname, body: await request.json().catch(() => null) });
      return Response.json(HOOK);
    }
    return Response.json(answers[pathname] ?? null, { status: answers[pathname] === GONE ? 404 : 200 });
  });
  const root = createRootRoute({ component: Outlet });
  const inside = createRoute({ getParentRoute: () => root, id: "inside", component: Outlet });
  const page = (path: string, component: () => React.ReactNode) =>
    createRoute({ getParentRoute: () => inside, path, component });
  const router = createRouter({
    routeTree: root.addChildren([
      inside.addChildren([
        page("/workflows/$id/webhooks/$trigger", WebhookPage),
        page("/workflows/$id/triggers", () => null),
        page("/workflows/$id/deliveries/$trigger", () => null),
      ]),
    ]),
    history: createMemoryHistory({ initialEntries: ["/workflows/w/webhooks/t1"] }),
  });
  render(
    <MantineProvider theme={makeTheme("Close")} env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <Suspense>
          <RouterProvider router={router as never} />
        </Suspense>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { sent, user: userEvent.setup() };
}

it("shows a paused one as not on, says why, and switches it on", async () => {
  const { sent, user } = show();
  const on = await screen.findByRole("switch", { name: "On" });
  expect(on).toHaveProperty("checked", false);
  expect(screen.getByText(/The workflow is archived/)).toBeTruthy();
  await user.click(on);
  await waitFor(() => expect(sent[0]).toEqual({ method: "PUT", path: "/api/triggers/t1/switch", body: { on: true } }));
});

it("says in German why it is paused", async () => {
  show();
  await screen.findByRole("switch", { name: "On" });
  await changeLanguage("de");
  expect(await screen.findByText(/Der Workflow ist archiviert/)).toBeTruthy();
  await changeLanguage("en");
});

it("binds the inputs to parts of the body, and renames it", async () => {
  const { sent, user } = show();
  await user.click(await screen.findByText("Field by field"));
  const name = screen.getByRole("textbox", { name: "Name" });
  await user.clear(name);
  await user.type(name, "The till");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]?.body).toMatchObject({ name: "The till", inputs: { order: { from: "body.order" } } });
});

it("holds it to the version that is live", async () => {
  const { sent, user } = show();
  const pin = await screen.findByRole("switch", { name: /Start only version 1/ });
  expect(pin).toHaveProperty("checked", false);
  await user.click(pin);
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]?.body).toMatchObject({ pinned: 1 });
});

it("says that the version it was held to is no longer live, and what saving does", async () => {
  const paused = { code: "version_gone", sentence: "Said by the server." };
  const list = { ...(ANSWERS["/api/workflows/w/triggers"] as object), version: 3 };
  const gone = { ...HOOK, pinned: 1, paused };
  const { sent, user } = show({ "/api/triggers/t1": gone, "/api/workflows/w/triggers": list });
  expect(await screen.findByText(/save anew which version it starts/)).toBeTruthy();
  expect(await screen.findByText(/It was held to version 1, but version 3 is live now/)).toBeTruthy();
  expect(screen.getByRole("switch", { name: /Start only version 3/ })).toHaveProperty("checked", false);
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(sent[0]?.body).toMatchObject({ pinned: null }));
});

it("says that it is on and can take nothing, as long as it has no secret", async () => {
  show({ "/api/triggers/t1": { ...HOOK, state: "on", paused: null } });
  expect(await screen.findByText("It has no secret")).toBeTruthy();
});

it("takes a condition away again", async () => {
  const { sent, user } = show({ "/api/triggers/t1": { ...HOOK, settings: { when: 'body.order == "A"' } } });
  await user.click(await screen.findByRole("button", { name: "Remove 1" }));
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(sent[0]?.body).toMatchObject({ settings: { when: "" } }));
});

it("offers an input whole, under its own name", async () => {
  const inputs = {
    type: "object",
    properties: { customer: { type: "object", properties: { id: { type: "string" } } } },
  };
  const { user } = show({ "/api/workflows/w/triggers": { items: [], version: 1, inputs } });
  await user.click(await screen.findByText("Field by field"));
  expect(screen.getByRole("combobox", { name: "Customer" })).toHaveProperty("value", "customer");
});

it("lets a number be typed anew without adding to what stood there", async () => {
  const { sent, user } = show({ "/api/triggers/t1": { ...HOOK, settings: { answer: "wait", wait_seconds: 10 } } });
  const seconds = await screen.findByRole("textbox", { name: "Seconds, at most" });
  await user.clear(seconds);
  await user.type(seconds, "20");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(sent[0]?.body).toMatchObject({ settings: { wait_seconds: 20 } }));
});

it("tells who may only read what it takes", async () => {
  const session = ANSWERS["/api/session"] as object;
  show({
    "/api/session": { ...session, may: [], teams: [{ id: "team", name: "Team", may: [] }] },
    "/api/triggers/t1": { ...HOOK, settings: { signed: false, answer: "wait" } },
  });
  expect(await screen.findByText(/without signatures · answers with the result/)).toBeTruthy();
});

it("says what is wrong with settings that a file brought, and saving mends them", async () => {
  const found = { code: "odd", severity: "error", field: "settings.when", sentence: "Odd.", params: {} };
  const { sent, user } = show({ "/api/triggers/t1": { ...HOOK, settings: { when: 5, moon: 1 }, findings: [found] } });
  expect(await screen.findByText("Odd.")).toBeTruthy();
  await user.click(await screen.findByRole("button", { name: "Save" }));
  await waitFor(() => expect(sent[0]?.body).toMatchObject({ settings: { when: "" } }));
  expect(JSON.stringify(sent[0]?.body)).not.toContain("moon");
});

it("leads back from a webhook that is gone", async () => {
  show({ "/api/triggers/t1": GONE });
  expect(await screen.findByText("There is no trigger t1.")).toBeTruthy();
  expect(screen.getByRole("link", { name: "Triggers" }).getAttribute("href")).toBe("/workflows/w/triggers");
});
