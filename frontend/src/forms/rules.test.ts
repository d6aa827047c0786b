import { describe, expect, it } from "vitest";
import { readRules, writeRules } from "./rules";

const isText = (field: string): boolean => field.endsWith("category") || field.endsWith("ticket");

describe("conditions as rows", () => {
  it.each([
    "classify.confidence < 0.7",
    'classify.category == "billing"',
    'classify.category == "bill \\"&&\\" ing" && input.ticket.contains("a || b")',
    'input.ticket == "" || classify.category != ""',
    'classify.category == "12"',
    "input.urgent == true",
  ])("%s comes back as it was", (formula) => {
    const rules = readRules(formula);
    expect(rules && writeRules(rules, isText)).toBe(formula);
  });

  it.each(["size(input.ticket) > 3", "a.b < 1 && c.d > 2 || e.f == 3", "!(a.b)", "a.b < c.d", "a.b <"])(
    "%s stays a formula",
    (formula) => expect(readRules(formula)).toBeNull(),
  );

  it("begins with no row", () => expect(readRules("  ")).toEqual({ all: true, rules: [] }));
});
