/** What differs between two texts, word by word, and between two records, field by field. */

import { type Json, same } from "@/graph/workflow";

export type Piece = { is: "same" | "added" | "removed"; text: string };

/** Beyond this many differing words a word by word comparison reads worse than the two texts, and takes long. */
const MOST = 600;

const words = (text: string): string[] => text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];

/** The fewest words taken away and put in that lead from one text to the other. (Myers 1986.) */
export function diffWords(before: string, after: string): Piece[] {
  const [old, fresh] = [words(before), words(after)];
  let start = 0;
  while (start < old.length && start < fresh.length && old[start] === fresh[start]) start += 1;
  let end = 0;
  while (end < old.length - start && end < fresh.length - start && old.at(-1 - end) === fresh.at(-1 - end)) end += 1;
  const middle = diffTokens(old.slice(start, old.length - end), fresh.slice(start, fresh.length - end));
  const head: Piece = { is: "same", text: old.slice(0, start).join("") };
  const tail: Piece = { is: "same", text: old.slice(old.length - end).join("") };
  return joined([head, ...middle, tail]);
}

function diffTokens(old: string[], fresh: string[]): Piece[] {
  const whole: Piece[] = [
    { is: "removed", text: old.join("") },
    { is: "added", text: fresh.join("") },
  ];
  if (old.length === 0 || fresh.length === 0) return whole;
  const trail: Map<number, number>[] = [];
  let furthest = new Map<number, number>([[1, 0]]);
  for (let edits = 0; edits <= Math.min(old.length + fresh.length, MOST); edits += 1) {
    trail.push(new Map(furthest));
    for (let line = -edits; line <= edits; line += 2) {
      const [left, right] = [furthest.get(line - 1) ?? -1, furthest.get(line + 1) ?? -1];
      let x = line === -edits || (line !== edits && left < right) ? right : left + 1;
      while (x < old.length && x - line < fresh.length && old[x] === fresh[x - line]) x += 1;
      furthest.set(line, x);
      if (x >= old.length && x - line >= fresh.length) return walkBack(trail, old, fresh);
    }
    furthest = new Map(furthest);
  }
  return whole;
}

function walkBack(trail: Map<number, number>[], old: string[], fresh: string[]): Piece[] {
  const pieces: Piece[] = [];
  let [x, y] = [old.length, fresh.length];
  for (let edits = trail.length - 1; edits >= 0; edits -= 1) {
    const furthest = trail[edits] as Map<number, number>;
    const line = x - y;
    const [left, right] = [furthest.get(line - 1) ?? -1, furthest.get(line + 1) ?? -1];
    const from = line === -edits || (line !== edits && left < right) ? line + 1 : line - 1;
    const [fromX, fromY] = [furthest.get(from) ?? 0, (furthest.get(from) ?? 0) - from];
    while (x > Math.max(fromX, 0) && y > Math.max(fromY, 0) && x > 0 && y > 0 && old[x - 1] === fresh[y - 1]) {
      x -= 1;
      y -= 1;
      pieces.push({ is: "same", text: old[x] as string });
    }
    if (edits === 0) break;
    if (x === fromX) {
      y -= 1;
      pieces.push({ is: "added", text: fresh[y] as string });
    } else {
      x -= 1;
      pieces.push({ is: "removed", text: old[x] as string });
    }
  }
  return pieces.reverse();
}

/** Neighbours of one sort as one piece; a blank between two changes belongs to them, so that phrases stay whole. */
function joined(pieces: Piece[]): Piece[] {
  const found: Piece[] = [];
  const flush = { removed: "", added: "" };
  const empty = (): void => {
    if (flush.removed) found.push({ is: "removed", text: flush.removed });
    if (flush.added) found.push({ is: "added", text: flush.added });
    flush.removed = "";
    flush.added = "";
  };
  pieces.forEach((piece, at) => {
    const next = pieces[at + 1];
    const isBlankBetween = /^\s+$/.test(piece.text) && flush.removed && flush.added && next && next.is !== "same";
    if (piece.is !== "same") flush[piece.is] += piece.text;
    else if (isBlankBetween) {
      flush.removed += piece.text;
      flush.added += piece.text;
    } else if (piece.text) {
      empty();
      const last = found.at(-1);
      if (last?.is === "same") last.text += piece.text;
      else found.push({ ...piece });
    }
  });
  empty();
  return found;
}

export type FieldChange = { path: (string | number)[]; before: Json | undefined; after: Json | undefined };

const isRecord = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The fields in which two values differ, the deepest that tell the difference. */
export function fieldChanges(
  before: Json | undefined,
  after: Json | undefined,
  path: FieldChange["path"] = [],
): FieldChange[] {
  const found: FieldChange[] = [];
  const keys =
    isRecord(before) && isRecord(after)
      ? [...new Set([...Object.keys(before), ...Object.keys(after)])]
      : Array.isArray(before) && Array.isArray(after) && before.length === after.length
        ? before.keys()
        : null;
  if (keys === null) {
    if (!same(before, after)) found.push({ path, before, after });
    return found;
  }
  const part = (value: Json | undefined, key: string | number): Json | undefined =>
    (value as Record<string | number, Json>)[key];
  for (const key of keys) found.push(...fieldChanges(part(before, key), part(after, key), [...path, key]));
  return found;
}
