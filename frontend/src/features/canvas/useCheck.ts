import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { api } from "@/api/client";
import type { CheckAnswer } from "@/api/pending";
import { serialiseWorkflow, type Workflow } from "@/graph";
import { announce } from "@/kit/announce";
import { useEditorStore } from "./editor";

const PAUSE = 300;

/** What the server finds in a graph; null when it refuses, is away, or is not to answer any more, even half-way through. */
export async function askCheck(id: string, workflow: Workflow, signal: AbortSignal): Promise<CheckAnswer | null> {
  const call = { params: { path: { workflow: id } }, body: { graph: serialiseWorkflow(workflow) }, signal };
  const asked = await api.POST("/api/workflows/{workflow}/check", call).catch(() => null);
  return signal.aborted || !asked?.data ? null : (asked.data as unknown as CheckAnswer);
}

/** Asks the server about the graph whenever it has changed; the last question counts. */
export function useCheck(id: string): void {
  const { t } = useTranslation();
  const store = useEditorStore();
  const workflow = useStore(store, (state) => state.history.present);
  useEffect(() => {
    const leaving = new AbortController();
    const timer = setTimeout(async () => {
      const found = await askCheck(id, workflow, leaving.signal);
      if (!found) return;
      const before = store.getState().check?.findings.length;
      if (before !== undefined && before !== found.findings.length)
        announce(t("findings.count", { count: found.findings.length }));
      store.getState().setCheck(found);
    }, PAUSE);
    return () => {
      leaving.abort();
      clearTimeout(timer);
    };
  }, [store, workflow, id, t]);
}
