import { describe, expect, it } from "vitest";
import type { StepRow } from "@/api/client";
import { axisOf, nodeOf, tellSteps } from "./steps";

const step = (path: string, from = 0, until: number | null = from + 1): StepRow => ({
  path,
  node: nodeOf(path),
  type: "",
  title: "",
  state: "succeeded",
  attempts: 1,
  started_at: new Date(from).toISOString(),
  ended_at: until === null ? null : new Date(until).toISOString(),
  why: "",
  due: null,
  ports: [],
  verdict: null,
  usage: null,
  error: null,
  marks: [],
  duplicate: false,
  forced: false,
  review: null,
});

describe("the steps in order", () => {
  const told = (...paths: string[]) =>
    tellSteps(paths.map((path) => step(path))).map((each) =>
      each.is === "scope" ? `${"  ".repeat(each.depth)}${each.number}:` : `${"  ".repeat(each.depth)}${each.step.path}`,
    );

  it("puts those of an item below its number, inside the map", () => {
    expect(told("read", "rows", "rows[0].check", "rows[10].check", "rows[2].check", "rows[0].pay", "send")).toEqual([
      "read",
      "rows",
      "  1:",
      "  rows[0].check",
      "  rows[0].pay",
      "  3:",
      "  rows[2].check",
      "  11:",
      "  rows[10].check",
      "send",
    ]);
  });

  it("goes into called workflows and maps in maps", () => {
    expect(told("call", "call.a", "call.in", "call.in[0].b", "call.in[0].deep", "call.in[0].deep[1].c")).toEqual([
      "call",
      "  call.a",
      "  call.in",
      "    1:",
      "    call.in[0].b",
      "    call.in[0].deep",
      "      2:",
      "      call.in[0].deep[1].c",
    ]);
  });

  it("loses no step, even when what it stands in is not there", () => {
    expect(told("rows[0].check", "a")).toEqual(["a", "rows[0].check"]);
  });
});

describe("the axis of time", () => {
  it("is even while nothing is long", () => {
    const axis = axisOf([step("a", 0, 100), step("b", 100, 400)], 0);
    expect([axis.at(0), axis.at(100), axis.at(400)]).toEqual([0, 0.25, 1]);
    expect(axis.gaps).toEqual([]);
  });

  it("draws a night of waiting shorter, so that the work is seen", () => {
    const night = 8 * 3_600_000;
    const axis = axisOf([step("a", 0, 100), step("ask", 100, night), step("b", night, night + 100)], 0);
    expect(axis.gaps.map(({ lasts }) => lasts)).toEqual([night - 100]);
    expect(axis.at(100)).toBeCloseTo(0.44);
    expect(axis.at(night)).toBeCloseTo(0.56);
    expect(axis.at(night + 100)).toBeCloseTo(1);
  });

  it("ends now for what still runs, and stands at all for nothing", () => {
    expect(axisOf([step("a", 0, null)], 50).end).toBe(50);
    expect(axisOf([], 7)).toMatchObject({ start: 7, end: 7, gaps: [] });
  });
});
