import { useEffect, useRef, useState } from "react";
import { useStore } from "zustand";
import type { Problem } from "@/api/client";
import { api } from "@/api/client";
import { serialiseWorkflow, type Workflow } from "@/graph";
import { useEditorStore } from "./editor";

const PAUSE = 800;

export type Saving = { state: "saved" | "saving" | "unsaved"; at: number | null; problem: Problem | null };

/**
 * Writes the draft when a person pauses, each time against the revision it was read at: when somebody else was faster,
 * the server says what they changed and nothing is overwritten.
 */
export function useAutosave(id: string, revision: string): Saving & { retry: () => void } {
  const store = useEditorStore();
  const workflow = useStore(store, (state) => state.history.present);
  const known = useRef({ revision, written: workflow });
  const [saving, setSaving] = useState<Saving>({ state: "saved", at: null, problem: null });
  const [turn, setTurn] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` starts it again
  useEffect(() => {
    if (workflow === known.current.written) return;
    setSaving((was) => ({ ...was, state: "unsaved" }));
    const write = async (sent: Workflow): Promise<void> => {
      setSaving((was) => ({ ...was, state: "saving" }));
      const { data, error } = await api.PUT("/api/workflows/{id}/draft", {
        params: { path: { id }, header: { "If-Match": known.current.revision } },
        body: { graph: serialiseWorkflow(sent) },
      });
      if (data) {
        known.current = { revision: data.revision, written: sent };
        const isLast = store.getState().history.present === sent;
        setSaving({ state: isLast ? "saved" : "unsaved", at: Date.now(), problem: null });
      } else setSaving((was) => ({ ...was, state: "unsaved", problem: error ?? null }));
    };
    const timer = setTimeout(() => write(workflow), PAUSE);
    return () => clearTimeout(timer);
  }, [workflow, id, turn]);

  useEffect(() => {
    const warn = (event: BeforeUnloadEvent): void => {
      if (store.getState().history.present !== known.current.written) event.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [store]);

  return { ...saving, retry: () => setTurn((was) => was + 1) };
}
