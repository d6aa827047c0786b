import type { TFunction } from "i18next";
import { expect, it } from "vitest";
import { reasonsIn, sayWhy } from "./whys";

const t = ((key: string, values: Record<string, string> = {}) =>
  [values.defaultValue ?? key, ...Object.values({ ...values, defaultValue: "" })]
    .filter(Boolean)
    .join("|")) as unknown as TFunction;

it("says why without the ids of steps", () => {
  expect(reasonsIn("rows[0].check: It waits. rows[1].check: It waits. b.c: It sleeps. And 1 more.")).toEqual([
    "It waits.",
    "It sleeps.",
    "And 1 more.",
  ]);
  expect(reasonsIn("g_send_ask: It waits for people: May it?")).toEqual(["It waits for people: May it?"]);
  expect(reasonsIn("Jonas rejected it: Wrong person")).toEqual(["Jonas rejected it: Wrong person"]);
});

it("has words of its own for what the server says most, and leaves the rest as it came", () => {
  expect(sayWhy("g_send_ask: It waits for people: May it?", t)).toBe("why.people|May it?");
  expect(sayWhy("Nothing led here: route.unsure (not taken).", t)).toBe("why.notLed");
  expect(sayWhy("It was away. Try 2 of 3 follows.", t)).toBe("why.retry|It was away.|2|3");
  expect(sayWhy("Personal data was found: payment_card (1), phone (2).", t)).toBe(
    "why.personalData|payment card (1), phone (2)",
  );
  expect(sayWhy("Jonas rejected it: Wrong person", t)).toBe("Jonas rejected it: Wrong person");
});
