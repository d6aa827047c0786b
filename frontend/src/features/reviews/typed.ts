/** What somebody has typed about a review and not sent: it outlives a refusal, and a look at another page. */

import { useCallback } from "react";
import { create } from "zustand";
import type { Choice } from "@/api/client";
import type { Json } from "@/graph";

export type Typed = { choice: "edit" | "reject" | null; edit: Json | undefined; text: string; chips: string[] };

const NOTHING: Typed = { choice: null, edit: undefined, text: "", chips: [] };

const useAll = create<Record<string, Typed>>(() => ({}));

export function useTyped(review: string): [typed: Typed, type: (change: Partial<Typed>) => void, forget: () => void] {
  const typed = useAll((all) => all[review] ?? NOTHING);
  const type = useCallback(
    (change: Partial<Typed>) => useAll.setState((all) => ({ [review]: { ...(all[review] ?? NOTHING), ...change } })),
    [review],
  );
  const forget = useCallback(() => useAll.setState({ [review]: NOTHING }), [review]);
  return [typed, type, forget];
}

/** The reason as it is sent: the chosen words, then what was written. */
export const reasonOf = (typed: Typed, say: (code: string) => string): string =>
  [...typed.chips.map(say), typed.text.trim()].filter(Boolean).join("; ");

/** Whether everything is there that a choice asks for. */
export const isReady = (choice: Choice, typed: Typed, wanted: readonly Choice[]): boolean =>
  !wanted.includes(choice) || typed.chips.length > 0 || typed.text.trim() !== "";
