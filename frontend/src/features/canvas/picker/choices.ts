/** What the picker offers, in which order. */

import type { NodeType, Spot } from "@/graph";

export type Choice = { type: NodeType; isRecent: boolean; problem: "stop" | null };

const KEPT = "handrail-recent-types";
const REMEMBERED = 4;
const KINDS = ["prompt", "review", "tool", "flow", "policy"];

export function readRecent(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(kept) ? kept.filter((each) => typeof each === "string") : [];
  } catch {
    return []; // what somebody else wrote there is as good as nothing
  }
}

export function keepRecent(key: string): void {
  const recent = [key, ...readRecent().filter((each) => each !== key)].slice(0, REMEMBERED);
  localStorage.setItem(KEPT, JSON.stringify(recent));
}

/** Types whose words match, recent ones first; those that do not fit stay in the list, with the reason. */
export function choicesFor(types: NodeType[], words: string, spot: Spot, recent: readonly string[]): Choice[] {
  const sought = words.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const found = types.filter((type) => {
    if (type.isOffered === false) return false;
    const text = `${type.title} ${type.summary} ${type.key}`.toLowerCase();
    return sought.every((word) => text.includes(word));
  });
  const rank = (type: NodeType): number => {
    const at = recent.indexOf(type.key);
    const starts = sought.length > 0 && type.title.toLowerCase().startsWith(sought[0] ?? "");
    return (problemOf(type, spot) ? 1000 : 0) + (starts ? -100 : 0) + (at >= 0 ? at : 10 + KINDS.indexOf(type.kind));
  };
  return found
    .sort((one, other) => rank(one) - rank(other) || one.title.localeCompare(other.title))
    .map((type) => ({ type, isRecent: recent.includes(type.key), problem: problemOf(type, spot) }));
}

function problemOf(type: NodeType, spot: Spot): Choice["problem"] {
  const leadsOn = spot !== null && !("behind" in spot);
  return type.control === "stop" && leadsOn ? "stop" : null;
}
