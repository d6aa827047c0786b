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
import type { ReviewDetail, ReviewRow } from "@/api/client";
import { ReviewPage } from "@/features/reviews/ReviewPage";
import { asTasks, nextReview } from "@/features/reviews/useDesk";
import { startTexts } from "./language";
import { makeTheme } from "./theme";

// A busy machine takes its time: what a page loads late is loaded before, and nothing is given up early.
configure({ asyncUtilTimeout: 8000 });
vi.setConfig({ testTimeout: 30_000 });
beforeAll(() => Promise.all([startTexts("en", "editor", "rest"), import("@/features/reviews/EditPane")]), 60_000);
afterEach(() => vi.unstubAllGlobals());

const row = (id: string, more: Partial<ReviewRow> = {}): ReviewRow => ({
  id,
  title: "Check it",
  question: `May ${id} go?`,
  workflow: { id: "w", name: "Triage" },
  run: `run-${id}`,
  step: "check",
  place: "check",
  starter: { id: "s", name: "Sam" },
  excerpt: [],
  state: "open",
  why: null,
  team: { id: "t", name: "Support" },
  dry: false,
  asked_at: "2026-01-01T10:00:00Z",
  due_at: null,
  overdue: false,
  claimed_by: null,
  claimed_until: null,
  mine: true,
  why_not: null,
  siblings: 0,
  ...more,
});

const detail = (id: string, more: Partial<ReviewDetail> = {}): ReviewDetail => ({
  ...row(id),
  kind: "edit",
  payload: true,
  may_look_inside: false,
  record: { ticket: "Write to max@example.com", proposal: "Dear Max" },
  proposal: "Dear Max",
  proposal_schema: { type: "string" },
  files: [],
  payload_hash: "a".repeat(64),
  spans: [{ path: ["ticket"], start: 9, end: 24, kind: "email", sentence: "This looks like email." }],
  said: [],
  why_here: "The workflow asks.",
  last_similar: null,
  choices: ["approve", "edit", "reject"],
  reasons: ["incorrect", "tone"],
  reason_wanted: ["edit", "reject"],
  needed: 1,
  decisions: [],
  items: [],
  ...more,
});

type Answer = { status?: number; body: unknown };

/** The page on a server that knows these reviews; what is sent to it is kept. */
function show(reviews: ReviewDetail[], decide: (id: string) => Answer = () => ({ body: row("x") })) {
  const sent: { id: string; body: Record<string, unknown> }[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    const id = pathname.split("/")[3] ?? "";
    let answer: Answer = { body: { items: reviews, next: null } };
    if (request.method === "POST") {
      sent.push({ id, body: await request.json() });
      answer = decide(id);
    } else if (id) answer = { body: reviews.find((each) => each.id === id) };
    return Response.json(answer.body, { status: answer.status ?? 200 });
  });
  const root = createRootRoute({ component: Outlet });
  const inside = createRoute({ getParentRoute: () => root, id: "inside", component: Outlet });
  const page = (path: string, component: () => React.ReactNode) =>
    createRoute({ getParentRoute: () => inside, path, component });
  const router = createRouter({
    routeTree: root.addChildren([
      inside.addChildren([
        page("/reviews", () => <p>the desk</p>),
        page("/reviews/$id", ReviewPage),
        page("/runs/$id", () => null),
      ]),
    ]),
    history: createMemoryHistory({ initialEntries: [`/reviews/${reviews[0]?.id}`] }),
  });
  render(
    <MantineProvider theme={makeTheme("Close")} env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { sent, user: userEvent.setup() };
}

it("decides one review after the other without a mouse", async () => {
  const { sent, user } = show([detail("one"), detail("two")]);
  await screen.findByRole("heading", { name: "May one go?" });
  await user.keyboard("a");
  await waitFor(() => expect(document.activeElement?.textContent).toBe("Approve"));
  await user.keyboard("{Enter}");
  await screen.findByRole("heading", { name: "May two go?" });
  await user.keyboard("r");
  await user.keyboard("2");
  await user.keyboard("{Enter}");
  await screen.findByText("the desk");
  expect(sent).toEqual([
    { id: "one", body: { decision: "approve", reason: "", payload_hash: "a".repeat(64) } },
    { id: "two", body: { decision: "reject", reason: "Tone", payload_hash: "a".repeat(64) } },
  ]);
});

it("sends an edit with its reason, and shows what it changes", async () => {
  const { sent, user } = show([detail("one")]);
  await screen.findByRole("heading", { name: "May one go?" });
  await user.keyboard("e");
  const field = await screen.findByRole("textbox", { name: "Your version" });
  await waitFor(() => expect(document.activeElement).toBe(field));
  await user.clear(field);
  await user.type(field, "Dear Mr Max");
  const changes = screen.getByRole("region", { name: "What you change" });
  expect(changes.querySelector("ins")?.textContent).toBe("Mr ");
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(sent).toEqual([]);
  await user.keyboard("1");
  await user.keyboard("{Enter}");
  await screen.findByText("the desk");
  expect(sent[0]?.body).toEqual({
    decision: "edit",
    edit: "Dear Mr Max",
    reason: "Incorrect",
    payload_hash: "a".repeat(64),
  });
});

it("edits a record field by field; a text that is emptied is an empty text", async () => {
  const proposal = { subject: "Hi", body: "A long text\nof two lines", urgent: false, score: 3 };
  const properties = {
    subject: { type: "string" },
    body: { type: "string" },
    urgent: { type: "boolean" },
    score: { type: "integer" },
  };
  const proposal_schema = { type: "object", required: ["subject", "body"], properties };
  const { sent, user } = show([detail("rec", { record: { proposal }, proposal, proposal_schema, spans: [] })]);
  await screen.findByRole("heading", { name: "May rec go?" });
  await user.keyboard("e");
  await user.clear(await screen.findByRole("textbox", { name: "Subject" }));
  await user.click(screen.getByRole("switch", { name: "Urgent" }));
  expect(screen.getByRole("textbox", { name: "Body" }).tagName).toBe("TEXTAREA");
  await user.click(screen.getByRole("button", { name: /Incorrect/ }));
  await user.click(screen.getByRole("button", { name: "Approve my version" }));
  await waitFor(() => expect(sent[0]?.body.edit).toEqual({ ...proposal, subject: "", urgent: true }));
});

it("keeps what was typed while somebody looks at another review", async () => {
  const { user } = show([detail("here"), detail("there")]);
  await screen.findByRole("heading", { name: "May here go?" });
  await user.keyboard("r");
  await user.type(screen.getByRole("textbox", { name: "In your own words" }), "Half a thought");
  await user.keyboard("{Escape}j");
  await screen.findByRole("heading", { name: "May there go?" });
  await user.keyboard("k");
  await screen.findByRole("heading", { name: "May here go?" });
  expect(screen.getByDisplayValue("Half a thought")).toBeDefined();
});

it("keeps what was typed when somebody else was faster", async () => {
  const reviews = [detail("late")];
  const { user } = show(reviews, () => {
    const by = { id: "p", name: "Jonas" };
    const decisions = [{ by, decision: "approve", reason: "", at: "2026-01-01T11:00:00Z", changes: null }];
    reviews[0] = detail("late", { state: "decided", mine: false, decisions });
    return { status: 409, body: { code: "already_decided", sentence: "This is decided." } };
  });
  await screen.findByRole("heading", { name: "May late go?" });
  await user.keyboard("r");
  await user.type(screen.getByRole("textbox", { name: "In your own words" }), "Too late already");
  await user.click(screen.getByRole("button", { name: "Reject" }));
  const bar = await screen.findByRole("region", { name: "Decision" });
  await within(bar).findByText(/Jonas, approved/);
  expect(within(bar).getByText("What you typed was not sent. You can copy it.")).toBeDefined();
  expect(within(bar).getByRole("button", { name: "Copy what I typed" })).toBeDefined();
});

it("sends nothing about a payload that changed while it was read", async () => {
  const reviews = [detail("fresh")];
  const { sent, user } = show(reviews, () => {
    reviews[0] = detail("fresh", { payload_hash: "b".repeat(64), proposal: "Dear Mia" });
    return { status: 409, body: { code: "payload_changed", sentence: "Changed." } };
  });
  await screen.findByRole("heading", { name: "May fresh go?" });
  await user.click(screen.getByRole("button", { name: "Approve" }));
  await screen.findByText("What is asked has changed while you were looking.");
  expect(screen.getByRole("button", { name: "Approve" }).hasAttribute("disabled")).toBe(true);
  await user.click(screen.getByRole("button", { name: "I have looked at it" }));
  await user.click(screen.getByRole("button", { name: "Approve" }));
  await waitFor(() => expect(sent.map(({ body }) => String(body.payload_hash)[0])).toEqual(["a", "b"]));
});

it("names what is marked, and is fine with axe", async () => {
  show([detail("seen", { needed: 2 })]);
  await screen.findByRole("heading", { name: "May seen go?" });
  expect(document.querySelector("mark")?.textContent).toBe("max@example.comE-mail address");
  const { violations } = await axe.run(document.body, { rules: { region: { enabled: false } } });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
});

it("shows the items of one map as one task, and goes through them before the next", () => {
  const item = (at: number, mine = true) =>
    row(`i${at}`, { run: "r", step: `rows[${at}].check`, place: "rows[].check", siblings: 2, mine });
  const desk = [row("before"), item(0), item(1), item(2), row("after")];
  expect(asTasks(desk, "mine").map(({ first, count }) => [first.id, count])).toEqual([
    ["before", 1],
    ["i0", 3],
    ["after", 1],
  ]);
  expect(nextReview(item(1), [item(0), item(2)], desk)).toBe("i0");
  expect(nextReview(item(1), [item(2, false)], desk)).toBe("after");
  expect(nextReview(row("after"), [], desk)).toBe("before");
  expect(nextReview(row("after"), [], [row("after")])).toBeNull();
});
