/**
 * The catalogue of a language is one file; a page loads the parts of it that it needs. A part is a set of first words
 * of keys, and whatever is named by none of the others belongs to the rest.
 */

import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const CORE =
  "nav shell person notices kit value keys problem found verdict why reviews runs run stage risk duty severity";
const EDITOR =
  "act canvas connect editor failing fields findings form governed group inspector kind labels list move node operator " +
  "picker pin port publish requirement try type upgrade way";
const HOME = "home";
const AUDIT = "said";
const REFUSALS = "failed refusal";

const WORDS = "virtual:words/";
const FIRST_WORDS = {
  core: new Set(CORE.split(" ")),
  editor: new Set(EDITOR.split(" ")),
  home: new Set(HOME.split(" ")),
  audit: new Set(AUDIT.split(" ")),
  refusals: new Set(REFUSALS.split(" ")),
};

export type Part = keyof typeof FIRST_WORDS | "rest";

/** The part to which a key belongs. */
export function findPart(key: string): Part {
  const first = key.split(".")[0] ?? "";
  const parts = Object.keys(FIRST_WORDS) as (keyof typeof FIRST_WORDS)[];
  return parts.find((part) => FIRST_WORDS[part].has(first)) ?? "rest";
}

/** Lets `virtual:words/en/editor` be imported. */
export const splitWords = (): Plugin => ({
  name: "split-words",
  resolveId: (id) => (id.startsWith(WORDS) ? `\0${id}` : null),
  load(id) {
    if (!id.startsWith(`\0${WORDS}`)) return null;
    const [language, part] = id.slice(WORDS.length + 1).split("/");
    const file = new URL(`./src/app/texts/${language}.json`, import.meta.url).pathname;
    this.addWatchFile(file);
    const all = Object.entries(JSON.parse(readFileSync(file, "utf8")) as Record<string, string>);
    return `export default ${JSON.stringify(Object.fromEntries(all.filter(([key]) => findPart(key) === part)))}`;
  },
});
