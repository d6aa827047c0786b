import { expect, it } from "vitest";
import { removeNodes } from "./change";
import { triage } from "./example";
import { commit, redo, redoLabel, settle, startHistory, undo, undoLabel } from "./history";

const bind = { act: "bind", what: "Draft reply" } as const;

it("brings a node back with its edges by one undo", () => {
  const start = startHistory(triage());
  const deleted = commit(start, { act: "delete", what: "Draft reply" }, removeNodes(start.present, [], ["answer"]));
  expect(undoLabel(deleted)).toEqual({ act: "delete", what: "Draft reply" });
  const back = undo(deleted);
  expect(back.present).toEqual(triage());
  expect(redoLabel(back)).toEqual({ act: "delete", what: "Draft reply" });
  expect(redo(back).present).toEqual(deleted.present);
});

it("makes one entry of what is typed, and two when it was settled between", () => {
  const typed = ["a", "ab", "abc"].reduce((history, text) => commit(history, bind, text, "x.text"), startHistory(""));
  expect(typed.past).toHaveLength(1);
  expect(undo(typed).present).toBe("");
  expect(commit(settle(typed), bind, "abcd", "x.text").past).toHaveLength(2);
});

it("forgets what was undone when something new is done", () => {
  const one = undo(commit(startHistory(1), bind, 2));
  const other = commit(one, bind, 3);
  expect(other.future).toEqual([]);
  expect(redo(other)).toBe(other);
});

it("writes nothing where nothing changed", () => {
  const start = startHistory(triage());
  expect(commit(start, bind, start.present)).toBe(start);
  expect(undo(start)).toBe(start);
});
