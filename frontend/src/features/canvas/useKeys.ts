import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { copyNodes, placeOf, redoLabel, undoLabel } from "@/graph";
import { announce } from "@/kit/announce";
import { useEditorStore } from "./editor";

/** Letters alone do something only while the focus is on the page of the editor, or nowhere yet. */
const isHere = (target: EventTarget | null): boolean =>
  target instanceof Element && (target === document.body || target.closest("#page") !== null);

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.closest("input, textarea, select, [role=dialog], [role=listbox]") !== null);

/** The keys that hold everywhere in the editor: add, undo, redo, copy, paste, delete, let go. */
export function useKeys(): void {
  const { t } = useTranslation();
  const store = useEditorStore();
  useEffect(() => {
    const remove = (): void => {
      const names = store.getState().remove(store.getState().selected);
      if (names.length) announce(t("act.delete", { what: names.join(", ") }));
      else if (store.getState().selected.length) announce(t("editor.locked"));
    };
    const step = (way: "undo" | "redo"): void => {
      const { history } = store.getState();
      const label = way === "undo" ? undoLabel(history) : redoLabel(history);
      if (!label) return;
      store.getState()[way]();
      announce(t(`editor.${way}.what`, { what: t(`act.${label.act}`, { what: label.what }) }));
    };
    const onKey = (event: KeyboardEvent): void => {
      if (isTyping(event.target) || event.defaultPrevented) return;
      const { pickNext, select } = store.getState();
      const isCommand = event.ctrlKey || event.metaKey;
      const key = event.key.toLowerCase();
      if (isCommand && key === "z") step(event.shiftKey ? "redo" : "undo");
      else if (isCommand && key === "y") step("redo");
      else if (isCommand || event.altKey || !isHere(event.target)) return;
      else if (key === "a") pickNext();
      else if (key === "delete" || key === "backspace") remove();
      else if (key === "escape") select([]);
      else return;
      event.preventDefault();
    };
    const onCopy = (event: ClipboardEvent): void => {
      if (isTyping(event.target) || !window.getSelection()?.isCollapsed) return;
      const { selected, history } = store.getState();
      const first = selected[0];
      if (first === undefined) return;
      const { place } = placeOf(first);
      const text = copyNodes(
        history.present,
        place,
        selected.map((path) => placeOf(path).id),
      );
      if (text === null) return;
      event.clipboardData?.setData("text/plain", text);
      event.preventDefault();
      announce(t("editor.copied", { count: selected.length }));
    };
    const onPaste = (event: ClipboardEvent): void => {
      if (isTyping(event.target)) return;
      const count = store.getState().paste(event.clipboardData?.getData("text/plain") ?? "");
      if (count) announce(t("editor.pasted", { count }));
    };
    document.addEventListener("keydown", onKey);
    document.addEventListener("copy", onCopy);
    document.addEventListener("paste", onPaste);
    return () => {
      document.removeEventListener("keydown", onKey);
      document.removeEventListener("copy", onCopy);
      document.removeEventListener("paste", onPaste);
    };
  }, [store, t]);
}
