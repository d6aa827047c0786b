/** The forms of a template's editor that were JSON: examples, where inputs go, what answers look like. */

import { MantineProvider } from "@mantine/core";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { type ReactNode, useState } from "react";
import { beforeAll, expect, it, vi } from "vitest";
import type { NodeTemplate } from "@/api/client";
import { AnswersField } from "@/features/catalog/AnswersField";
import { Examples } from "@/features/catalog/examples/Examples";
import { GatherField } from "@/features/catalog/GatherField";
import type { JsonRecord, NodeType, Schema } from "@/graph";
import { startTexts } from "./language";
import { makeTheme } from "./theme";

type Source = NodeTemplate["source"];

vi.setConfig({ testTimeout: 30_000 });
beforeAll(() => startTexts("en", "editor", "rest"), 60_000);

const BASE = {
  key: "tool.http_request@1",
  kind: "tool",
  control: "step",
  effects: { effect: "write", external: true },
  ports: [{ name: "done", title: "Done" }],
  free: true,
  input: { type: "object", properties: { body: { title: "Body" } } },
  output: { type: "object", properties: { status: { type: "integer" }, body: {} } },
  config: { properties: { url: { type: "string" } } },
} as unknown as NodeType;
const INPUTS = {
  type: "object",
  properties: { ticket: { type: "string", title: "Ticket" }, note: { type: "string", title: "Note" } },
  required: ["ticket"],
};
const SOURCE = { base: BASE.key, name: "a", title: "A", summary: "A.", fixed: {}, open: {}, inputs: INPUTS };

function show<Value>(first: Value, form: (value: Value, set: (value: Value) => void) => ReactNode): () => Value {
  let held = first;
  function Held() {
    const [value, setValue] = useState(first);
    held = value;
    return form(value, setValue);
  }
  render(
    <MantineProvider theme={makeTheme("Close")} env="test">
      <Held />
    </MantineProvider>,
  );
  return () => held;
}

it("fills an example in without JSON", async () => {
  const person = userEvent.setup();
  const kept = show<JsonRecord[]>([], (examples, set) => (
    <Examples base={BASE} source={{ ...SOURCE, examples } as unknown as Source} problems={null} onChange={set} />
  ));
  await person.click(screen.getByRole("button", { name: "Add an example" }));
  await person.type(screen.getByRole("textbox", { name: "What it shows" }), "A reply");
  await person.type(screen.getByRole("textbox", { name: "Ticket" }), "7");
  await person.type(screen.getByRole("textbox", { name: "Content of the answer" }), "ok");
  await person.click(screen.getByRole("checkbox", { name: "Body" }));
  await person.type(screen.getByRole("textbox", { name: "Body must be" }), "ok");
  expect(kept()).toEqual([
    {
      title: "A reply",
      config: {},
      inputs: { ticket: "7" },
      http: { status: 200, body: "ok" },
      expect: { port: "done", output: { body: "ok" } },
    },
  ]);
});

it("says at each example whether it passes", async () => {
  const problems = [{ field: "examples.1", sentence: "Two: it failed." }];
  const examples = ["One", "Two"].map((title) => ({ title, expect: { port: "done" } }));
  show(examples, (value) => (
    <Examples
      base={BASE}
      source={{ ...SOURCE, examples: value } as unknown as Source}
      problems={problems}
      onChange={() => undefined}
    />
  ));
  expect(within(screen.getByRole("region", { name: "Example 1: One" })).getByText("Passes")).toBeTruthy();
  expect(within(screen.getByRole("region", { name: "Example 2: Two" })).getByText("Two: it failed.")).toBeTruthy();
});

it("puts an input into a record of the call", async () => {
  const person = userEvent.setup();
  const kept = show<NonNullable<Source["gather"]>>({}, (gather, set) => (
    <GatherField base={BASE} source={{ ...SOURCE, gather } as unknown as Source} onChange={set} />
  ));
  await person.click(screen.getByRole("combobox", { name: "Note" }));
  await person.click(await screen.findByRole("option", { name: "As a field of “body”" }));
  expect(kept()).toEqual({ body: { note: "note" } });
  await person.type(screen.getByRole("textbox", { name: "Field for Note" }), "s");
  expect(kept()).toEqual({ body: { notes: "note" } });
});

it("says what a field of the answer must look like", async () => {
  const person = userEvent.setup();
  const kept = show<Record<string, Schema>>({}, (value, set) => (
    <AnswersField base={BASE} value={value} onChange={set} />
  ));
  await person.click(screen.getByRole("combobox", { name: "Body" }));
  await person.click(await screen.findByRole("option", { name: "Record" }));
  await person.click(screen.getByRole("button", { name: "Add a field" }));
  expect(Object.keys((kept().body?.properties ?? {}) as object)).toEqual(["new_field"]);
});
