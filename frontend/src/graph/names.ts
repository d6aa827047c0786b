/** Ids from titles, by the rules of the language. */

const RESERVED = new Set(
  (
    "in as break const continue else for function if import let loop package namespace return var void while true " +
    "false null int uint double bool string bytes list map type dyn null_type input item index round previous result"
  ).split(" "),
);
const LONGEST = 48;

/** Why a word cannot be an id, or null when it can. */
export function idProblem(id: string, taken: Iterable<string> = []): "pattern" | "reserved" | "woven" | "taken" | null {
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(id)) return "pattern";
  if (id.startsWith("g_")) return "woven";
  if (RESERVED.has(id)) return "reserved";
  return new Set(taken).has(id) ? "taken" : null;
}

/** `Draft the answer` as `draft_the_answer`; `fallback` where nothing of the title can stand in an id. */
export function idFrom(title: string, taken: Iterable<string>, fallback = "step"): string {
  const plain = title
    .replaceAll("ß", "ss")
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .slice(0, LONGEST)
    .replace(/^_+|_+$/g, "");
  let id = plain || fallback;
  if (!/^[a-z]/.test(id)) id = `${fallback}_${id}`;
  if (RESERVED.has(id) || id.startsWith("g_")) id = `${fallback}_${id}`;
  return unused(id, taken);
}

/** The word itself, or with the first number that makes it new. */
export function unused(word: string, taken: Iterable<string>): string {
  const known = new Set(taken);
  if (!known.has(word)) return word;
  let number = 2;
  while (known.has(`${word}_${number}`)) number += 1;
  return `${word}_${number}`;
}
