/** The catalogue: one set of keys in every language, none unused, none missing, and no words outside it. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findPart } from "../../../words";
import de from "./de.json";
import en from "./en.json";

const SOURCE = "src";
const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name) && !name.includes(".test.") && !name.startsWith("api/"))
  .map((name) => ({ name, text: readFileSync(join(SOURCE, name), "utf8") }));
const everything = files.map((file) => file.text).join("\n");

const holes = (text: string): string[] => [...text.matchAll(/\{\{\s*(\w+)/g)].map((hole) => hole[1] ?? "").sort();

it("has the same keys and the same holes in both languages", () => {
  expect(Object.keys(de)).toEqual(Object.keys(en));
  for (const [key, text] of Object.entries(en)) {
    expect(holes(de[key as keyof typeof de]), key).toEqual(holes(text));
    expect(de[key as keyof typeof de].trim(), key).not.toBe("");
  }
});

it("has no key that no screen uses", () => {
  // A key may be put together: `run.${state}` uses all that begin with `run.`.
  const starts = [...everything.matchAll(/`([a-z][\w.]*\.)\$\{/gi)].map((found) => found[1] ?? "");
  const isUsed = (key: string): boolean =>
    everything.includes(`"${key.replace(/_(zero|one|other)$/, "")}"`) || starts.some((start) => key.startsWith(start));
  expect(Object.keys(en).filter((key) => !isUsed(key))).toEqual([]);
});

/** What is loaded with a page; a page that uses a key of another part would show the key until that part has come. */
const LEAN = [
  { folders: ["features/home/"], parts: ["core", "home"] },
  { folders: ["kit/", "app/shell/", "features/reviews/", "features/notices/"], parts: ["core"] },
  { folders: ["features/runs/", "features/canvas/", "forms/", "graph/"], parts: ["core", "editor"] },
];

/** What comes up late there, with its words (`withWords`). */
const LATE = [
  "features/canvas/exemptions/",
  "features/canvas/findings/Upgrade.tsx",
  "features/runs/Looks.tsx",
  "features/notices/NoticePanel.tsx",
  "kit/LookDialog.tsx",
  "kit/tried.ts",
];

it("gives every page the parts of the catalogue that it uses", () => {
  const found = LEAN.flatMap(({ folders, parts }) =>
    files
      // What the server says by code is said in its own sentence until the words have come.
      .filter(
        ({ name }) =>
          !["kit/problem.ts", "kit/failures.ts"].includes(name) && folders.some((folder) => name.startsWith(folder)),
      )
      .filter(({ name }) => !LATE.some((late) => name.startsWith(late)))
      .flatMap(({ name, text }) => {
        // A permission looks like a key and is none.
        const said = text.replace(/may\(\w+, "[\w.]+"/g, "");
        const whole = [...said.matchAll(/"([a-z]\w*\.[\w.]+)"/gi)].map((match) => match[1] ?? "");
        const begun = [...said.matchAll(/`([a-z]\w*\.[\w.]*)\$\{/gi)].map((match) => match[1] ?? "");
        const keys = Object.keys(en).filter(
          (key) =>
            whole.includes(key.replace(/_(zero|one|other)$/, "")) || begun.some((start) => key.startsWith(start)),
        );
        return keys.filter((key) => !parts.includes(findPart(key))).map((key) => `${name}: ${key}`);
      }),
  );
  expect(found).toEqual([]);
});

it("gives every page of the table of addresses the parts that it says", () => {
  const text = new Map(files.map((file) => [file.name.replace(/\.tsx?$/, ""), file.text]));
  const reach = (from: string, found = new Set<string>()): Set<string> => {
    if (found.has(from) || !text.has(from)) return found;
    found.add(from);
    for (const [, path = ""] of (text.get(from) ?? "").matchAll(/^(?:import|export) [^;]*?from "([@.][^"]+)"/gm))
      reach(path.startsWith("@/") ? path.slice(2) : join(from, "..", path), found);
    return found;
  };
  const pages = [...(text.get("app/router") ?? "").matchAll(/import\("([^"]+)"\), "\w+"(?:, \[([^\]]*)\])?/g)];
  const found = pages.flatMap(([, path = "", said = '"editor" "rest"']) => {
    const parts = ["core", ...[...said.matchAll(/"(\w+)"/g)].map((match) => match[1])];
    const start = path.startsWith("@/") ? path.slice(2) : join("app", path);
    return [...reach(start)]
      .filter((name) => !["kit/problem", "kit/failures"].includes(name) && !LATE.some((late) => name.startsWith(late)))
      .flatMap((name) => {
        const keys = [...(text.get(name) ?? "").matchAll(/\bt\(\s*"([a-z]\w*\.[\w.]+)"/gi)].map(
          (match) => match[1] ?? "",
        );
        return keys.filter((key) => !parts.includes(findPart(key))).map((key) => `${path}: ${key} in ${name}`);
      });
  });
  expect(pages.length).toBeGreaterThan(20);
  expect([...new Set(found)]).toEqual([]);
});

it("holds all the words: none stand in a screen", () => {
  const found: string[] = [];
  for (const { name, text } of files.filter((file) => file.name.endsWith(".tsx"))) {
    const inside = [...text.matchAll(/(?<!=)>\s*([A-Z][A-Za-z' ,.!?-]+)\s*<\//g)].map((match) => match[1]?.trim());
    const named = [...text.matchAll(/\b(?:aria-label|title|label|placeholder|alt)="([^"{]*[A-Za-z][^"{]*)"/g)].map(
      (match) => match[1],
    );
    // The product's own name is the same in every language.
    for (const words of [...inside, ...named]) if (words && words !== "Handrail") found.push(`${name}: ${words}`);
  }
  expect(found).toEqual([]);
});
