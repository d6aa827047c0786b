import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type WorkflowRow } from "@/api/client";
import { announce } from "@/kit/announce";
import { useStale } from "@/kit/stale";

/** Makes an earlier state the draft's next one, over the revision that stands now. */
export function useRestore(row: WorkflowRow) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const refresh = useStale("/api/workflows");
  const [problem, setProblem] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const restore = async (body: { version?: number; revision?: number }): Promise<void> => {
    setBusy(true);
    const params = { path: { workflow: row.id } };
    const draft = await api.GET("/api/workflows/{workflow}/draft", { params });
    const done = draft.data
      ? await api.POST("/api/workflows/{workflow}/draft/restore", {
          params: { ...params, header: { "if-match": `"${draft.data.revision}"` } },
          body,
        })
      : draft;
    setBusy(false);
    setProblem(done.error ?? null);
    if (!done.data) return;
    await refresh();
    announce(t("drafts.restored"));
    await navigate({ to: "/workflows/$id", params: { id: row.id } });
  };
  return { restore, problem, isBusy };
}
