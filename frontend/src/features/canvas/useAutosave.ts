import { useCallback, useEffect, useRef, useState } from "react";
import { useStore } from "zustand";
import { api, type Problem, type WorkflowRow } from "@/api/client";
import { serialiseWorkflow, type Workflow } from "@/graph";
import { openDraft, useEditorStore } from "./editor";

const PAUSE = 800;

export type Saving = { state: "saved" | "saving" | "unsaved"; at: number | null; problem: Problem | null };
export type Autosave = Saving & {
  retry: () => void;
  /** After somebody else was faster: mine on top of theirs, which stay in the history. */
  keepMine: () => void;
  /** After somebody else was faster: theirs; undo brings mine back. */
  takeTheirs: () => Promise<void>;
  /** Writes at once what is not written yet; the revision that then stands, or null when it could not be written. */
  flush: () => Promise<number | null>;
};

/**
 * Writes the draft when a person pauses, each time over the revision that was read: when somebody else was faster, the
 * server says what they changed, nothing is overwritten, and the person chooses.
 */
export function useAutosave(row: WorkflowRow, revision: number): Autosave {
  const store = useEditorStore();
  const workflow = useStore(store, (state) => state.history.present);
  const known = useRef({ revision, written: workflow });
  const isWriting = useRef(false);
  const writing = useRef<Promise<void>>(Promise.resolve());
  const [saving, setSaving] = useState<Saving>({ state: "saved", at: null, problem: null });
  const [turn, setTurn] = useState(0);

  const write = useCallback(
    async (sent: Workflow): Promise<void> => {
      isWriting.current = true;
      setSaving((was) => ({ ...was, state: "saving" }));
      const { data, error } = await api.PUT("/api/workflows/{workflow}/draft", {
        params: { path: { workflow: row.id }, header: { "if-match": `"${known.current.revision}"` } },
        body: { graph: serialiseWorkflow(sent) },
      });
      isWriting.current = false;
      if (!data) {
        setSaving((was) => ({ ...was, state: "unsaved", problem: error ?? null }));
        return;
      }
      known.current = { revision: data.revision, written: sent };
      const isLast = store.getState().history.present === sent;
      setSaving({ state: isLast ? "saved" : "unsaved", at: Date.now(), problem: null });
      // What was changed while this was under way goes next, over the revision that now stands.
      if (!isLast) setTurn((was) => was + 1);
    },
    [row.id, store],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` starts it again
  useEffect(() => {
    if (workflow === known.current.written) {
      setSaving((was) => (was.state === "saved" ? was : { ...was, state: "saved", problem: null }));
      return;
    }
    setSaving((was) => ({ ...was, state: "unsaved" }));
    if (isWriting.current) return;
    const timer = setTimeout(() => {
      writing.current = write(workflow);
    }, PAUSE);
    return () => clearTimeout(timer);
  }, [workflow, write, turn]);

  useEffect(() => {
    const warn = (event: BeforeUnloadEvent): void => {
      if (store.getState().history.present !== known.current.written) event.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [store]);

  const retry = (): void => setTurn((was) => was + 1);
  const keepMine = (): void => {
    const theirs = saving.problem?.params?.revision;
    if (typeof theirs === "number") known.current = { ...known.current, revision: theirs };
    retry();
  };
  const takeTheirs = async (): Promise<void> => {
    const { data, error } = await api.GET("/api/workflows/{workflow}/draft", {
      params: { path: { workflow: row.id } },
    });
    if (!data) {
      setSaving((was) => ({ ...was, problem: error ?? null }));
      return;
    }
    const theirs = openDraft(row, data);
    known.current = { revision: data.revision, written: theirs };
    store.getState().act("restore", row.name, () => theirs);
  };
  const flush = async (): Promise<number | null> => {
    await writing.current;
    const now = store.getState().history.present;
    if (now !== known.current.written) {
      writing.current = write(now);
      await writing.current;
    }
    return known.current.written === now ? known.current.revision : null;
  };
  return { ...saving, retry, keepMine, takeTheirs, flush };
}
