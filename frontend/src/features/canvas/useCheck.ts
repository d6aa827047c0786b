import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { api } from "@/api/client";
import type { CheckAnswer } from "@/api/pending";
import { serialiseWorkflow } from "@/graph";
import { announce } from "@/kit/announce";
import { useEditorStore } from "./editor";

const PAUSE = 300;

/** Asks the server about the graph whenever it has changed; the last question counts. */
export function useCheck(id: string): void {
  const { t } = useTranslation();
  const store = useEditorStore();
  const workflow = useStore(store, (state) => state.history.present);
  useEffect(() => {
    const leaving = new AbortController();
    const timer = setTimeout(async () => {
      const { data } = await api.POST("/api/workflows/{workflow}/check", {
        params: { path: { workflow: id } },
        body: { graph: serialiseWorkflow(workflow) },
        signal: leaving.signal,
      });
      if (!data || leaving.signal.aborted) return;
      const before = store.getState().check?.findings.length;
      if (before !== undefined && before !== data.findings.length)
        announce(t("findings.count", { count: data.findings.length }));
      store.getState().setCheck(data as unknown as CheckAnswer);
    }, PAUSE);
    return () => {
      leaving.abort();
      clearTimeout(timer);
    };
  }, [store, workflow, id, t]);
}
