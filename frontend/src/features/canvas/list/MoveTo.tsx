import { Button, Modal, Select, Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { graphAt, isLocked, nameOf, portsOf, type Row, relocateNode, type Spot, sourceOf } from "@/graph";
import { announce } from "@/kit/announce";
import { useEditor } from "../editor";

/** Moves a step to another place of its graph, without dragging: between two others, or behind one. */
export function MoveTo({ row, rows, onClose }: { row: Row; rows: Row[]; onClose: () => void }) {
  const { t } = useTranslation();
  const graph = useEditor((state) => graphAt(state.history.present, row.place));
  const palette = useEditor((state) => state.palette);
  const act = useEditor((state) => state.act);
  const [chosen, setChosen] = useState<string | null>(null);
  if (!graph) return null;
  const name = nameOf(graph, row.id);
  const spots = new Map<string, Spot>();
  for (const other of rows.filter((each) => each.place.join() === row.place.join() && each.id !== row.id)) {
    for (const edge of other.out) {
      const isOwn = edge.to === row.id || isLocked(graph.nodes[edge.to]) || isLocked(graph.nodes[sourceOf(edge)]);
      if (!isOwn)
        spots.set(t("move.between", { from: nameOf(graph, other.id), to: nameOf(graph, edge.to) }), { into: edge });
    }
    const [main] = portsOf(graph.nodes[other.id], palette);
    if (other.out.length === 0 && main)
      spots.set(t("move.behind", { what: nameOf(graph, other.id) }), { behind: { id: other.id, port: main.name } });
  }
  const move = (): void => {
    const spot = chosen === null ? undefined : spots.get(chosen);
    if (!spot) return;
    act("move", name, (workflow) => relocateNode(workflow, row.place, row.id, spot, palette));
    announce(t("act.move", { what: name }));
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title={t("move.what", { what: name })}>
      <Stack>
        <Select
          label={t("move.where")}
          data={[...spots.keys()]}
          value={chosen}
          onChange={setChosen}
          searchable
          data-autofocus
          nothingFoundMessage={t("move.nowhere")}
        />
        <Button onClick={move} disabled={chosen === null}>
          {t("move.do")}
        </Button>
      </Stack>
    </Modal>
  );
}
