import "@xyflow/react/dist/base.css";
import "./xyflow.css";
import { Button } from "@mantine/core";
import { Background, BackgroundVariant, MiniMap, Panel, ReactFlow } from "@xyflow/react";
import { ArrowUpLeft } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { graphAt, isContainer, type Palette, type Place, placeOf, type Workflow } from "@/graph";
import type { PaintedProps } from "../Painted";
import { NOT_PAINTED, type Painting } from "../paint";
import { type DrawnNode, drawEdges, drawNodes } from "./draw";
import { drawGroups } from "./drawGroups";
import { EndCard } from "./EndCard";
import { FrameNode, NoteNode } from "./GroupNodes";
import { Line } from "./Line";
import { openAt, type Size } from "./openAt";
import { Sized } from "./Sized";
import { StepNode } from "./StepNode";
import { useFollow } from "./useFollow";
import { useGraphKeys } from "./useGraphKeys";
import { ViewTools } from "./ViewTools";

const NODE_TYPES = { step: StepNode, end: EndCard, frame: FrameNode, note: NoteNode };
const EDGE_TYPES = { line: Line };
const FAR = 0.35;
const MAP_FROM = 30;

type Props = Omit<PaintedProps, "graph"> & { workflow: Workflow; palette: Palette };

/** A graph to look at: steps can be selected and gone through, nothing can be changed. */
export function PaintedDrawing(props: Props) {
  return <Sized>{(size) => <Drawing {...props} size={size} />}</Sized>;
}

function Drawing({
  workflow,
  palette,
  label,
  steps,
  edges: tones,
  selected = null,
  onSelect,
  size,
}: Props & { size: Size }) {
  const { t } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  const [isOpened, setOpened] = useState(false);
  const [wanted, setPlace] = useState<Place>([]);
  const place = graphAt(workflow, wanted) ? wanted : [];
  const words = useMemo(() => ({ start: t("editor.start"), result: t("editor.result"), error: t("port.error") }), [t]);
  const painting = useMemo<Painting>(
    () => ({ steps: steps ?? NOT_PAINTED.steps, edges: tones ?? NOT_PAINTED.edges }),
    [steps, tones],
  );
  const still = useMemo(
    () => drawNodes(workflow, place, palette, [], words, painting),
    [workflow, place, palette, words, painting],
  );
  const nodes = useMemo(
    () =>
      [...drawGroups(workflow, place, still), ...still].map(
        (node): DrawnNode => ({ ...node, draggable: false, selected: node.id === selected }),
      ),
    [workflow, place, still, selected],
  );
  const edges = useMemo(
    () => drawEdges(workflow, place, palette, words, painting),
    [workflow, place, palette, words, painting],
  );
  const { onKeyDown } = useGraphKeys(frame, {
    graph: graphAt(workflow, place) ?? workflow,
    place,
    palette,
    onSelect: (path) => onSelect?.(path),
  });
  // A link may name a step: it is followed once the drawing stands.
  useFollow(frame, isOpened && selected ? selected : undefined);
  return (
    <section className="drawing" aria-label={label} ref={frame} onKeyDown={onKeyDown}>
      <ReactFlow
        key={place.join(".")}
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        nodesDraggable={false}
        nodesConnectable={false}
        onNodeClick={(_, node) => onSelect?.(node.id)}
        onNodeDoubleClick={(_, node) => {
          const { id } = placeOf(node.id);
          if (isContainer(palette.get(graphAt(workflow, place)?.nodes[id]?.type ?? ""))) setPlace([...place, id]);
        }}
        onPaneClick={() => onSelect?.(null)}
        onMove={(_, { zoom }) => frame.current?.classList.toggle("far", zoom < FAR)}
        defaultViewport={openAt(nodes, size)}
        onInit={() => setOpened(true)}
        minZoom={0.1}
        maxZoom={2}
        onlyRenderVisibleElements
        nodesFocusable={false}
        edgesFocusable={false}
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        disableKeyboardA11y
        zoomOnDoubleClick={false}
        preventScrolling={false}
        zoomOnScroll={false}
        ariaLabelConfig={{ "handle.ariaLabel": t("canvas.port") }}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1.2} />
        <Panel position="bottom-left">
          <div className="tools" role="toolbar" aria-label={t("canvas.tools")}>
            {place.length > 0 && (
              <Button
                size="xs"
                variant="default"
                leftSection={<ArrowUpLeft aria-hidden size={14} />}
                onClick={() => setPlace(place.slice(0, -1))}
              >
                {t("canvas.leave")}
              </Button>
            )}
            <ViewTools />
          </div>
        </Panel>
        {still.length >= MAP_FROM && <MiniMap pannable zoomable ariaLabel={t("canvas.map")} />}
      </ReactFlow>
    </section>
  );
}
