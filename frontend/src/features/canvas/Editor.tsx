import { useParams, useSearch } from "@tanstack/react-router";
import { type ReactNode, useEffect, useState } from "react";
import { type Draft, query, type WorkflowRow } from "@/api/client";
import { TeamContext } from "@/forms/values";
import { offeredTo, type Palette } from "@/graph";
import { Failure, Loading } from "@/kit/states";
import { EditorContext, makeEditor, openDraft } from "./editor";
import { usePalette } from "./usePalette";
import { loadCanvas, Workbench } from "./Workbench";

/** One workflow, opened: reads its draft and the palette, then hands over to the workbench. */
export function Editor({ menu }: { menu?: (row: WorkflowRow) => ReactNode }) {
  const { id } = useParams({ from: "/inside/workflows/$id" });
  const { view } = useSearch({ from: "/inside/workflows/$id" });
  useEffect(() => {
    if (view !== "list") loadCanvas();
  }, [view]);
  const init = { params: { path: { workflow: id } } };
  const once = { staleTime: Number.POSITIVE_INFINITY, gcTime: 0 };
  const draft = query.useQuery("get", "/api/workflows/{workflow}/draft", init, once);
  const workflow = query.useQuery("get", "/api/workflows/{workflow}", init);
  const palette = usePalette();
  const failed = [draft, workflow, palette].find((each) => each.error);
  if (failed) return <Failure error={failed.error} onRetry={() => failed.refetch()} />;
  if (!draft.data || !workflow.data || !palette.data) return <Loading lines={6} />;
  return <Opened key={id} row={workflow.data} draft={draft.data} palette={palette.data} menu={menu?.(workflow.data)} />;
}

/** The draft is read once: what is typed here is never overwritten by what arrives later. */
function Opened({ row, draft, palette, menu }: { row: WorkflowRow; draft: Draft; palette: Palette; menu: ReactNode }) {
  const [opened] = useState(() => ({
    store: makeEditor(openDraft(row, draft), offeredTo(palette, row.team.id)),
    revision: draft.revision,
  }));
  return (
    <EditorContext value={opened.store}>
      <TeamContext value={row.team.id}>
        <Workbench row={row} revision={opened.revision} menu={menu} />
      </TeamContext>
    </EditorContext>
  );
}
