import { expect, it } from "vitest";
import { isFiltered, momentOf } from "./Filters";

it("means a moment by a word, the same one for a minute", () => {
  const now = Date.parse("2026-05-04T10:00:30Z");
  expect(momentOf("day", now)).toBe("2026-05-03T10:00:00.000Z");
  expect(momentOf("day", now + 29_000)).toBe(momentOf("day", now));
  expect(momentOf("hour", now)).toBe("2026-05-04T09:00:00.000Z");
  expect(momentOf("whenever", now)).toBeNull();
  expect(momentOf("toString", now)).toBeNull();
  expect(momentOf(undefined, now)).toBeNull();
});

it("knows whether anything is filtered", () => {
  expect(isFiltered({})).toBe(false);
  expect(isFiltered({ q: undefined, state: "" })).toBe(false);
  expect(isFiltered({ q: "x" })).toBe(true);
});
