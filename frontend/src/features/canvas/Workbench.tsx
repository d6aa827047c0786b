import { ActionIcon, Button, SegmentedControl, Tooltip } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Play, Redo2, Undo2 } from "lucide-react";
import { lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { WorkflowRow } from "@/api/client";
import { redoLabel, undoLabel } from "@/graph";
import { may, useSession } from "@/kit/session";
import { Loading } from "@/kit/states";
import { withWords } from "@/kit/words";
import { ChipsContext } from "./chips";
import { useEditor } from "./editor";
import { Governed } from "./Governed";
import { SavedNote } from "./SavedNote";
import { Title } from "./Title";
import { PinsBanner } from "./try/PinsBanner";
import { usePins } from "./try/usePins";
import { useSamples } from "./try/useSamples";
import { useAutosave } from "./useAutosave";
import { useCheck } from "./useCheck";
import { useKeys } from "./useKeys";
import classes from "./Workbench.module.css";

/** The drawing, which is by far the largest part: it is fetched while the draft is read, not after it. */
export const loadCanvas = () => import("./xyflow/Canvas");
const Canvas = lazy(() => loadCanvas().then((file) => ({ default: file.Canvas })));
const ListView = lazy(() => import("./list/ListView").then((file) => ({ default: file.ListView })));
const Inspector = lazy(() => import("./inspector/Inspector").then((file) => ({ default: file.Inspector })));
const Picker = lazy(() => import("./picker/Picker").then((file) => ({ default: file.Picker })));

const FindingsButton = lazy(() =>
  import("./findings/FindingsButton").then((file) => ({ default: file.FindingsButton })),
);
const StartChips = lazy(() => import("./StartChips").then((file) => ({ default: file.StartChips })));
const Unsaved = lazy(() => import("./Unsaved").then((file) => ({ default: file.Unsaved })));
const TryPanel = lazy(() => import("./try/TryPanel").then((file) => ({ default: file.TryPanel })));
const Upgrade = lazy(() => withWords(import("./findings/Upgrade")).then((file) => ({ default: file.Upgrade })));
const PublishDialog = lazy(() => import("./publish/PublishDialog").then((file) => ({ default: file.PublishDialog })));

/** The toolbar, and below it the draft: as a canvas or as a list, with the inspector over either. */
export function Workbench({ row, revision, menu }: { row: WorkflowRow; revision: number; menu: ReactNode }) {
  const { t } = useTranslation();
  const { view, node } = useSearch({ from: "/inside/workflows/$id" });
  const navigate = useNavigate();
  const select = useEditor((state) => state.select);
  const isSelected = useEditor((state) => state.selected.length > 0);
  const isPicking = useEditor((state) => state.picker !== null);
  const upgrading = useEditor((state) => state.upgrading);
  const session = useSession();
  const isTrying = useEditor((state) => state.trying !== null);
  const aim = useEditor((state) => state.aim);
  const mayWrite = may(session, "workflow.write", row.team.id);
  const [isPublishing, setPublishing] = useState(false);
  const saving = useAutosave(row, revision);
  useCheck(row.id);
  useSamples(row.id);
  usePins(row.id, mayWrite);
  useKeys();
  useEffect(() => {
    if (node) select([node]);
  }, [node, select]);
  // On a phone nobody can draw: there the list comes first.
  const [isPhone] = useState(() => window.matchMedia("(max-width: 700px)").matches);
  const shown = view ?? (isPhone ? "list" : "canvas");
  return (
    <div className={classes.bench}>
      <div className={classes.bar} role="toolbar" aria-label={t("editor.toolbar")}>
        <Title row={row} mayWrite={mayWrite} />
        <SavedNote saving={saving} />
        <span className={classes.gap} />
        <History />
        <Governed />
        <Suspense>
          <FindingsButton />
        </Suspense>
        <SegmentedControl
          size="xs"
          className={classes.views}
          aria-label={t("editor.view")}
          value={shown}
          onChange={(value) =>
            navigate({
              to: "/workflows/$id",
              params: { id: row.id },
              search: { view: value as "list" | "canvas" },
              replace: true,
            })
          }
          data={[
            { value: "canvas", label: t("editor.canvas") },
            { value: "list", label: t("editor.list") },
          ]}
        />
        {mayWrite && (
          <Button
            size="xs"
            variant="default"
            className={classes.try}
            leftSection={<Play aria-hidden size={14} />}
            aria-pressed={isTrying}
            onClick={() => aim(isTrying ? null : {})}
          >
            {t("try.open.bar")}
          </Button>
        )}
        {may(session, "publish.ask", row.team.id) && (
          <Button size="xs" onClick={() => setPublishing(true)}>
            {t("publish.open")}
          </Button>
        )}
        {menu}
      </div>
      {saving.problem && (
        <Suspense>
          <Unsaved saving={saving} />
        </Suspense>
      )}
      <PinsBanner />
      <div className={classes.stage}>
        <Suspense fallback={<Loading />}>
          {shown === "list" ? (
            <ListView />
          ) : (
            <ChipsContext
              value={
                <Suspense>
                  <StartChips id={row.id} />
                </Suspense>
              }
            >
              <Canvas />
            </ChipsContext>
          )}
        </Suspense>
        {isTrying && !isSelected && (
          <Suspense>
            <TryPanel id={row.id} />
          </Suspense>
        )}
        {isSelected && (
          <Suspense>
            <Inspector />
          </Suspense>
        )}
      </div>
      {isPublishing && (
        <Suspense>
          <PublishDialog row={row} saving={saving} onClose={() => setPublishing(false)} />
        </Suspense>
      )}
      {upgrading && (
        <Suspense>
          <Upgrade {...upgrading} />
        </Suspense>
      )}
      {isPicking && (
        <Suspense>
          <Picker />
        </Suspense>
      )}
    </div>
  );
}

/** Undo and redo say what they would undo. */
function History() {
  const { t } = useTranslation();
  const undoable = useEditor((state) => undoLabel(state.history));
  const redoable = useEditor((state) => redoLabel(state.history));
  const undo = useEditor((state) => state.undo);
  const redo = useEditor((state) => state.redo);
  const undoName = undoable
    ? t("editor.undo.what", { what: t(`act.${undoable.act}`, { what: undoable.what }) })
    : t("editor.undo");
  const redoName = redoable
    ? t("editor.redo.what", { what: t(`act.${redoable.act}`, { what: redoable.what }) })
    : t("editor.redo");
  return (
    <>
      <Tooltip label={undoName}>
        <ActionIcon aria-label={undoName} disabled={!undoable} onClick={undo}>
          <Undo2 aria-hidden size={17} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={redoName}>
        <ActionIcon aria-label={redoName} disabled={!redoable} onClick={redo}>
          <Redo2 aria-hidden size={17} />
        </ActionIcon>
      </Tooltip>
    </>
  );
}
