/** Keys of a page: single letters that do something, and a way to switch them off. */

import { useLocalStorage } from "@mantine/hooks";
import { useEffect, useRef } from "react";

export type Keys = Readonly<Record<string, (event: KeyboardEvent) => void>>;

const isElsewhere = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.closest(
      "input:not([type=checkbox], [type=radio]), textarea, select, [role=dialog], [role=listbox], [role=menu]",
    ) !== null);

/** Whether letters alone may act: some speak to their computer, and a spoken word is many letters (WCAG 2.1.4). */
export const useLettersOn = () => useLocalStorage({ key: "handrail-letters", defaultValue: true });

/** Listens to single keys while nothing is being typed. */
export function useKeys(keys: Keys): void {
  const [isOn] = useLettersOn();
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    if (!isOn) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isElsewhere(event.target)) return;
      const act = latest.current[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!act) return;
      event.preventDefault();
      act(event);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [isOn]);
}

export type KeyRow = { keys: readonly string[]; does: string };
