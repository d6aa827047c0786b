import { expect, it } from "vitest";
import { cutAtMarks } from "./marks";

const mark = (start: number, end: number) => ({ start, end, kind: "email", sentence: "" });
const shown = (text: string, ...marks: ReturnType<typeof mark>[]) =>
  cutAtMarks(text, marks).map((piece) => (piece.mark ? `[${piece.text}]` : piece.text));

it("cuts a text at its marks, whatever their order", () => {
  expect(shown("a bc d", mark(5, 6), mark(2, 4))).toEqual(["a ", "[bc]", " ", "[d]"]);
  expect(shown("plain")).toEqual(["plain"]);
});

it("counts in code points, as the server does", () => {
  expect(shown("😀😀 x@y.z!", mark(3, 8))).toEqual(["😀😀 ", "[x@y.z]", "!"]);
});

it("shows each letter once where marks overlap or run over the end", () => {
  expect(shown("abcdef", mark(1, 4), mark(2, 6), mark(5, 90)).join("")).toBe("a[bcd]e[f]");
});
