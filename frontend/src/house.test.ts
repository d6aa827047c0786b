/** The law of the house that the linter cannot read. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const files = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((name) => /\.(tsx?|css)$/.test(name) && name !== "api/schema.ts")
  .map((name) => ({ name, lines: readFileSync(join("src", name), "utf8").split("\n") }));

it("keeps files short: 250 lines for a screen, 400 for the rest", () => {
  const long = files.filter(({ name, lines }) => lines.length > (name.endsWith(".tsx") ? 250 : 400));
  expect(long.map(({ name, lines }) => `${name}: ${lines.length}`)).toEqual([]);
});

it("knows xyflow in one folder only, and there neither useStore nor useStoreApi", () => {
  const outside = files.filter(({ name }) => !name.startsWith("features/canvas/xyflow/"));
  const inside = files.filter(({ name }) => name.startsWith("features/canvas/xyflow/"));
  const mention = (word: RegExp, among: typeof files): string[] =>
    among.filter(({ lines }) => lines.some((line) => word.test(line))).map(({ name }) => name);
  expect(mention(/from "@xyflow\//, outside)).toEqual([]);
  expect(mention(/\buseStore(Api)?\b/, inside)).toEqual([]);
});

it("sets no HTML from text", () => {
  const found = files.filter(
    ({ name, lines }) =>
      name !== "house.test.ts" && lines.some((line) => /dangerouslySetInnerHTML|innerHTML\s*=/.test(line)),
  );
  expect(found.map(({ name }) => name)).toEqual([]);
});
