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
import { configure, render, screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import axe from "axe-core";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import type { RunDetail, StepRow } from "@/api/client";
import { type Drawing, RunPage } from "@/features/runs/RunPage";
import { startTexts } from "./language";
import { makeTheme } from "./theme";

// A busy machine takes its time: what a page loads late is loaded before, and nothing is given up early.
configure({ asyncUtilTimeout: 8000 });
vi.setConfig({ testTimeout: 30_000 });
beforeAll(
  () =>
    Promise.all([
      startTexts("en", "editor", "rest"),
      import("@/features/runs/StepPanel"),
      import("@/features/runs/Rerun"),
      import("@/features/runs/Clarify"),
      import("@/kit/Confirm"),
    ]),
  60_000,
);
afterEach(() => vi.unstubAllGlobals());

const step = (path: string, more: Partial<StepRow> = {}): StepRow => ({
  path,
  node: path.replace(/\[\d+\]/g, ""),
  type: "tool.http_request@1",
  title: "",
  state: "succeeded",
  attempts: 1,
  started_at: "2026-01-01T10:00:00.000Z",
  ended_at: "2026-01-01T10:00:01.000Z",
  why: "",
  due: null,
  ports: ["done"],
  verdict: null,
  usage: null,
  error: null,
  marks: [],
  duplicate: false,
  forced: false,
  review: null,
  ...more,
});

const RUN: RunDetail = {
  id: "r1",
  workflow: { id: "w", name: "Triage" },
  name: "Triage",
  version: 3,
  state: "waiting",
  uncertain: true,
  halted: null,
  mode: "live",
  stage: "pilot",
  team: null,
  starter: { id: "p", name: "Ada" },
  started_by: null,
  why: "send: Nobody knows.",
  cost: 0.02,
  started_at: "2026-01-01T10:00:00.000Z",
  ended_at: null,
  forked_from: null,
  wakes_at: null,
  files: [],
  emptied_at: null,
  steps: [
    step("g_mask", { title: "Mask", forced: true, verdict: { word: "redact", reason: "an address", findings: [] } }),
    step("send", { title: "Send it", state: "uncertain", ended_at: null, why: "Nobody knows." }),
  ],
  steps_left_out: 0,
  graph: { inputs: { type: "object", properties: { ticket: { type: "string" } } } },
  insertions: [],
  edges_taken: [{ from: "g_mask", to: "send", port: "done" }],
  waits: [
    {
      step: "send",
      kind: "uncertain",
      since: "2026-01-01T10:00:01Z",
      until: null,
      review: null,
      signal: null,
      sentence: "Nobody knows.",
    },
  ],
  guards: [
    {
      node: "g_mask",
      rule: "mask",
      template: "Data protection",
      because: "Nobody needs to know.",
      verdict: { word: "redact", reason: "an address", findings: [] },
    },
  ],
  payload: true,
  input: { ticket: "Hello" },
  result: null,
  looks: [],
  may: { cancel: true, retry: true, rerun: true, release: false, clarify: true, look_inside: false },
};

const Drawn: Drawing = ({ onSelect }) => (
  <button type="button" onClick={() => onSelect("send")}>
    {"drawn"}
  </button>
);

function show(run: RunDetail = RUN, at = `/runs/${run.id}`) {
  const sent: { path: string; body: unknown }[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    if (request.method === "POST") {
      sent.push({ path: pathname, body: await request.json().catch(() => null) });
      return pathname.endsWith("clarify") || pathname.endsWith("cancel")
        ? new Response(null, { status: 204 })
        : Response.json({ run: "r2" }, { status: 201 });
    }
    if (pathname === "/api/catalog") return Response.json({ items: [] });
    const path = decodeURIComponent(pathname.split("/steps/")[1] ?? "");
    const row = run.steps.find((each) => each.path === path);
    return Response.json(row ? { ...row, payload: true, inputs: { to: "Max" }, output: null, log: [] } : run);
  });
  const root = createRootRoute({ component: Outlet });
  const inside = createRoute({ getParentRoute: () => root, id: "inside", component: Outlet });
  const page = (path: string, component: () => React.ReactNode) =>
    createRoute({ getParentRoute: () => inside, path, component });
  const router = createRouter({
    routeTree: root.addChildren([
      inside.addChildren([
        page("/runs/$id", () => <RunPage drawing={Drawn} />),
        page("/workflows/$id", () => null),
        page("/reviews/$id", () => null),
      ]),
    ]),
    history: createMemoryHistory({ initialEntries: [at] }),
  });
  render(
    <MantineProvider theme={makeTheme("Close")} env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { sent, router, user: userEvent.setup() };
}

it("opens a step from the drawing, the list and the timeline, and the address remembers", async () => {
  const { user, router } = show();
  await user.click(await screen.findByRole("button", { name: "drawn" }));
  const panel = await screen.findByRole("complementary", { name: "The chosen step" });
  await within(panel).findByText("Max");
  expect(router.state.location.search).toMatchObject({ step: "send" });
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("complementary")).toBeNull());
  await user.click(screen.getByRole("radio", { name: "List" }));
  await user.click(await screen.findByRole("button", { name: /^Mask/ }));
  await within(await screen.findByRole("complementary")).findByText(/masked something/);
  await user.click(screen.getByRole("radio", { name: "Timeline" }));
  const rows = within(await screen.findByRole("list", { name: "Steps along time" })).getAllByRole("button");
  rows[0]?.focus();
  await user.keyboard("{ArrowDown}{Enter}");
  await waitFor(() => expect(router.state.location.search).toMatchObject({ view: "time", step: "send" }));
});

it("asks a person what became of a write that nobody saw end", async () => {
  const { user, sent } = show();
  await user.click(await screen.findByRole("button", { name: "Say what happened" }));
  const dialog = await screen.findByRole("dialog");
  expect(within(dialog).getAllByRole("radio")).toHaveLength(3);
  expect(within(dialog).getByRole("button", { name: "That is how it is" }).hasAttribute("disabled")).toBe(true);
  await user.click(within(dialog).getByRole("radio", { name: /^It happened/ }));
  await user.click(within(dialog).getByRole("button", { name: "That is how it is" }));
  await waitFor(() =>
    expect(sent).toEqual([{ path: "/api/runs/r1/steps/send/clarify", body: { answer: "happened" } }]),
  );
});

it("retries from a step in a new run, and opens it", async () => {
  const { user, sent, router } = show(RUN, "/runs/r1?step=send");
  await user.click(await screen.findByRole("button", { name: "Retry from here" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/runs/r2"));
  expect(sent).toEqual([{ path: "/api/runs/r1/retry", body: { from_step: "send" } }]);
});

it("runs again with other inputs", async () => {
  const { user, sent } = show();
  await user.click(await screen.findByRole("button", { name: "Run again" }));
  const field = await screen.findByRole("textbox", { name: "Ticket" });
  await user.type(field, " you");
  await user.click(screen.getByRole("button", { name: "Start" }));
  await waitFor(() => expect(sent).toEqual([{ path: "/api/runs/r1/rerun", body: { input: { ticket: "Hello you" } } }]));
});

it("asks before it cancels", async () => {
  const { user, sent } = show();
  await user.click(await screen.findByRole("button", { name: "Cancel the run" }));
  const dialog = await screen.findByRole("dialog");
  expect(sent).toEqual([]);
  await user.click(within(dialog).getByRole("button", { name: "Cancel the run" }));
  await waitFor(() => expect(sent.map(({ path }) => path)).toEqual(["/api/runs/r1/cancel"]));
});

it("says what governed it, hides what is not for the reader, and is fine with axe", async () => {
  show({ ...RUN, payload: false, input: null });
  await screen.findByRole("heading", { name: "Triage" });
  expect(screen.getByText(/Required by Data protection/)).toBeDefined();
  expect(screen.getByText(/not for you to see/)).toBeDefined();
  const { violations } = await axe.run(document.body, { rules: { region: { enabled: false } } });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
});
