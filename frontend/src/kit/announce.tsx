/** One polite live region for the whole product: what happened, for those who do not see it happen. */

import { VisuallyHidden } from "@mantine/core";
import { create } from "zustand";

const useSaid = create<{ text: string; turn: number }>(() => ({ text: "", turn: 0 }));

/** Says a short sentence. The same sentence twice is said twice. */
export function announce(text: string): void {
  useSaid.setState(({ turn }) => ({ text, turn: turn + 1 }));
}

export function LiveRegion() {
  const { text, turn } = useSaid();
  return (
    <VisuallyHidden role="status" aria-live="polite" aria-atomic="true">
      <span key={turn}>{text}</span>
    </VisuallyHidden>
  );
}
