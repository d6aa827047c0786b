import { describe, expect, it } from "vitest";
import { diffWords, fieldChanges } from "./diff";

const TEXTS = [
  "",
  "Dear Ms Lee,\n\nyour parcel arrives on Monday.",
  "Dear Ms Lee,\n\nyour parcel arrived on Tuesday, we are sorry.",
  "Sehr geehrte Frau Müller, danke für Ihre Nachricht!",
  "a b a b a c",
  "b a c a b",
  "😀 fine 😀",
];

describe("the difference of two texts", () => {
  it.each(TEXTS.flatMap((one) => TEXTS.map((other) => [one, other] as const)))("%j → %j holds both", (one, other) => {
    const pieces = diffWords(one, other);
    const kept = (gone: string): string =>
      pieces
        .filter((piece) => piece.is !== gone)
        .map((piece) => piece.text)
        .join("");
    expect(kept("added")).toBe(one);
    expect(kept("removed")).toBe(other);
  });

  it("says no more than what changed", () => {
    expect(diffWords("arrives on Monday.", "arrives on Tuesday.")).toEqual([
      { is: "same", text: "arrives on " },
      { is: "removed", text: "Monday" },
      { is: "added", text: "Tuesday" },
      { is: "same", text: "." },
    ]);
    expect(diffWords("as it was", "as it was")).toEqual([{ is: "same", text: "as it was" }]);
  });

  it("keeps phrases whole", () => {
    expect(diffWords("for your good letter", "for the long letter")).toEqual([
      { is: "same", text: "for " },
      { is: "removed", text: "your good" },
      { is: "added", text: "the long" },
      { is: "same", text: " letter" },
    ]);
  });

  it("stays quick with texts that have nothing in common", () => {
    const long = (word: string): string => Array.from({ length: 6000 }, (_, at) => `${word}${at}`).join(" ");
    const pieces = diffWords(long("a"), long("b"));
    expect(pieces.length).toBeGreaterThan(0);
  });
});

it("names the deepest fields that differ", () => {
  const before = { text: "a", to: { name: "Lee", tags: ["x", "y"] }, gone: 1 };
  const after = { text: "b", to: { name: "Lee", tags: ["x", "z"] }, more: true };
  expect(fieldChanges(before, after).map(({ path }) => path.join("."))).toEqual(["text", "to.tags.1", "gone", "more"]);
  expect(fieldChanges("a", "b")).toEqual([{ path: [], before: "a", after: "b" }]);
  expect(fieldChanges(before, structuredClone(before))).toEqual([]);
});
