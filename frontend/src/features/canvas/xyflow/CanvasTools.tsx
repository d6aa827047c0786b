import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { useReactFlow } from "@xyflow/react";
import { ArrowUpLeft, Group, Plus, Search, StickyNote, WandSparkles } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { graphAt, moveNodes, type Point, pathOf } from "@/graph";
import { announce } from "@/kit/announce";
import { useEditor, useEditorStore } from "../editor";
import { useGrouping } from "../useGrouping";
import { tidyInWorker } from "./tidyInWorker";
import { ViewTools } from "./ViewTools";

const SearchSteps = lazy(() => import("./SearchSteps").then((file) => ({ default: file.SearchSteps })));

/** Add, tidy up, search, zoom; and the way out of a container. */
export function CanvasTools({ focusNode }: { focusNode: (path: string) => void }) {
  const { t } = useTranslation();
  const store = useEditorStore();
  const flow = useReactFlow();
  const place = useEditor((state) => state.place);
  const chosen = useEditor((state) => state.selected);
  const { note, group } = useGrouping();
  const [isSearching, setSearching] = useState(false);
  const [isTidying, setTidying] = useState(false);

  const tidy = async (): Promise<void> => {
    const graph = graphAt(store.getState().history.present, place);
    if (!graph) return;
    setTidying(true);
    const sizes = Object.fromEntries(
      Object.keys(graph.nodes).map((id) => {
        const { width = 184, height = 84 } = flow.getNode(pathOf(place, id))?.measured ?? {};
        return [id, { width, height }];
      }),
    );
    const places = await tidyInWorker(graph, sizes);
    const byPath = Object.fromEntries(Object.entries(places).map(([id, at]) => [pathOf(place, id), at as Point]));
    store.getState().act("tidy", store.getState().history.present.name, (workflow) => moveNodes(workflow, byPath));
    setTidying(false);
    announce(t("canvas.tidied"));
    requestAnimationFrame(() => flow.fitView({ minZoom: 0.5, maxZoom: 1, padding: 0.1, duration: 200 }));
  };
  const addNote = (): void => {
    const box = document.querySelector(".drawing")?.getBoundingClientRect();
    const middle = { x: (box?.left ?? 0) + (box?.width ?? 0) / 2, y: (box?.top ?? 0) + (box?.height ?? 0) / 2 };
    const at = flow.screenToFlowPosition(middle);
    note([Math.round(at.x - 100), Math.round(at.y - 120)]);
  };
  const tools = [
    ...(place.length === 0 ? [{ name: t("group.note.add"), icon: StickyNote, act: addNote }] : []),
    ...(chosen.length > 1 ? [{ name: t("group.selected"), icon: Group, act: () => group(chosen) }] : []),
    { name: t("canvas.tidy"), icon: WandSparkles, act: tidy, isBusy: isTidying },
    { name: t("canvas.search"), icon: Search, act: () => setSearching(true) },
  ];
  return (
    <div className="tools" role="toolbar" aria-label={t("canvas.tools")}>
      {place.length > 0 && (
        <Button
          size="xs"
          variant="default"
          leftSection={<ArrowUpLeft aria-hidden size={14} />}
          onClick={() => store.getState().enter(place.slice(0, -1))}
        >
          {t("canvas.leave")}
        </Button>
      )}
      <Button size="xs" leftSection={<Plus aria-hidden size={14} />} onClick={() => store.getState().pickNext()}>
        {t("list.add")}
      </Button>
      {tools.map(({ name, icon: Icon, act, isBusy }) => (
        <Tooltip key={name} label={name}>
          <ActionIcon aria-label={name} onClick={act} loading={isBusy}>
            <Icon aria-hidden size={16} />
          </ActionIcon>
        </Tooltip>
      ))}
      <ViewTools />
      {isSearching && (
        <Suspense>
          <SearchSteps
            onClose={() => setSearching(false)}
            onTake={(path) => {
              setSearching(false);
              store.getState().select([path]);
              focusNode(path);
            }}
          />
        </Suspense>
      )}
    </div>
  );
}
