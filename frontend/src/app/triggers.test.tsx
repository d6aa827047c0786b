/** A row of triggers: what starts by itself is switched; a program is let in by its token, so there is no switch. */

import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import { Suspense } from "react";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import type { TriggerRow as Row } from "@/api/client";
import { TriggerRow } from "@/features/triggers/TriggerRow";
import { startTexts } from "./language";
import { makeTheme } from "./theme";

vi.setConfig({ testTimeout: 30_000 });
beforeAll(() => startTexts("en", "editor", "rest"), 60_000);
afterEach(() => vi.unstubAllGlobals());

const ADA = { id: "0k3r5v8x2m9qd", name: "Ada" };
const MISSING = { code: "odd", severity: "error", field: "inputs.order", sentence: "Order is missing.", params: {} };
const NOW = "2026-11-30T12:00:00Z";
const rowOf = (kind: Row["kind"]): Row => ({
  id: "0k3r5v8x2m9qa",
  workflow: "0k3r5v8x2m9qb",
  kind,
  name: "The shop",
  state: "off",
  paused: null,
  switched_by: ADA,
  switched_at: NOW,
  owner: ADA,
  pinned: null,
  settings: {},
  inputs: null,
  next_due: null,
  findings: [],
  revision: 1,
  made_by: ADA,
  made_at: NOW,
  changed_by: ADA,
  changed_at: NOW,
});

async function show(kind: Row["kind"], onEdit?: () => void, more: Partial<Row> = {}) {
  const refused = { code: "bad_trigger", sentence: MISSING.sentence, params: { findings: [MISSING] } };
  const answer = async (request: Request) =>
    request.method === "GET"
      ? Response.json({ person: { ...ADA, language: "en" }, may: [], teams: [], csrf: "c" })
      : Response.json(refused, { status: 409 });
  vi.stubGlobal("fetch", vi.fn(answer));
  render(
    <MantineProvider theme={makeTheme("Close")} env="test">
      <QueryClientProvider client={new QueryClient()}>
        <Suspense>
          <ul>
            <TriggerRow trigger={{ ...rowOf(kind), ...more }} words="What it does" mayWrite onEdit={onEdit} />
          </ul>
        </Suspense>
      </QueryClientProvider>
    </MantineProvider>,
  );
  await screen.findByText("The shop");
}

it("has a switch for what starts by itself", async () => {
  await show("schedule");
  expect(screen.getByRole("switch", { name: /The shop/ })).toBeTruthy();
});

it("has none for a program", async () => {
  await show("api");
  expect(screen.queryByRole("switch")).toBeNull();
});

it("is opened by its name, where there is something to change", async () => {
  const onEdit = vi.fn();
  await show("schedule", onEdit);
  screen.getByRole("button", { name: "The shop" }).click();
  expect(onEdit).toHaveBeenCalledOnce();
});

it("says once why it cannot be switched on", async () => {
  await show("schedule", undefined, { findings: [MISSING] });
  screen.getByRole("switch").click();
  await waitFor(() => expect(fetch).toHaveBeenCalledWith(expect.objectContaining({ method: "PUT" })));
  await waitFor(() => expect(screen.getByRole("switch")).toHaveProperty("disabled", false));
  expect(screen.getAllByText("Order is missing.")).toHaveLength(1);
});

it("offers no change where there is none", async () => {
  await show("api");
  expect(screen.queryByRole("button", { name: "The shop" })).toBeNull();
});
