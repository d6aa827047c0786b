import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import axe from "axe-core";
import { beforeAll, expect, it } from "vitest";
import { EditorContext, type EditorStore, makeEditor } from "@/features/canvas/editor";
import { Inspector } from "@/features/canvas/inspector/Inspector";
import { ListView } from "@/features/canvas/list/ListView";
import { Picker } from "@/features/canvas/picker/Picker";
import { parseWorkflow } from "@/graph";
import { PALETTE, triage } from "@/graph/example";
import { startTexts } from "./language";
import { makeTheme } from "./theme";

beforeAll(() => startTexts("en", "editor", "rest"));

function show(store: EditorStore): void {
  render(
    <MantineProvider theme={makeTheme("Close")} env="test">
      <QueryClientProvider client={new QueryClient()}>
        <EditorContext value={store}>
          <ListView />
          <Inspector />
          <Picker />
        </EditorContext>
      </QueryClientProvider>
    </MantineProvider>,
  );
}

const past = (store: EditorStore) => store.getState().history.past.map(({ label }) => label);

it("adds steps by keyboard alone, each connected to the one before", async () => {
  const store = makeEditor(parseWorkflow({ handrail: 1, name: "New" }), PALETTE);
  const user = userEvent.setup();
  show(store);
  screen.getByRole("button", { name: /Add the first step/ }).focus();
  await user.keyboard("{Enter}");
  await user.type(await screen.findByRole("combobox", { name: "What should happen?" }), "classify{Enter}");
  screen.getByRole("button", { name: /Add a step/ }).focus();
  await user.keyboard("{Enter}");
  await user.type(await screen.findByRole("combobox", { name: "What should happen?" }), "http{Enter}");
  const { nodes, edges } = store.getState().history.present;
  expect(Object.keys(nodes)).toEqual(["prompt_classify", "tool_http_request"]);
  expect(edges).toEqual([{ from: "prompt_classify", to: "tool_http_request" }]);
  expect(past(store).map((label) => label.act)).toEqual(["add", "add"]);
});

it("deletes a step from its menu in one transaction", async () => {
  const store = makeEditor(triage(), PALETTE);
  const user = userEvent.setup();
  show(store);
  await user.click(screen.getByRole("button", { name: "More for Draft reply" }));
  await user.click(await screen.findByRole("menuitem", { name: "Delete" }));
  expect(past(store)).toEqual([{ act: "delete", what: "Draft reply" }]);
  store.getState().undo();
  expect(store.getState().history.present).toEqual(triage());
});

it("opens a step, and its new name is one transaction however many letters it has", async () => {
  const store = makeEditor(triage(), PALETTE);
  const user = userEvent.setup();
  show(store);
  await user.click(screen.getByRole("button", { name: /^Draft reply/ }));
  const panel = screen.getByRole("complementary", { name: "The selected step" });
  await user.type(within(panel).getByRole("textbox", { name: "Name" }), " now");
  expect(store.getState().history.present.nodes.answer?.title).toBe("Draft reply now");
  expect(past(store)).toHaveLength(1);
});

it("says that a locked step is locked, and offers nothing that would change it", () => {
  const workflow = triage();
  const woven = { template: "Customer data", rule: "r", owner: "privacy office", because: "b", target: "send" };
  workflow.nodes.sort = { type: "review.edit@1", title: "Look", woven };
  const store = makeEditor(workflow, PALETTE);
  show(store);
  expect(screen.getByText(/Required by Customer data/)).toBeDefined();
  expect(screen.queryByRole("button", { name: "More for Look" })).toBeNull();
  expect(store.getState().remove(["sort"])).toEqual([]);
});

it("is fine with axe", async () => {
  const store = makeEditor(triage(), PALETTE);
  show(store);
  const { violations } = await axe.run(document.body, { rules: { region: { enabled: false } } });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
});
