import { Button, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { Flag, Play, Plus } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { graphAt, isContainer, outline, type Place, type Row, type Spot } from "@/graph";
import { ConnectTo } from "../connect/ConnectTo";
import { GROUP, RESULT, START, shownOf, useEditor } from "../editor";
import { ListRow } from "./ListRow";
import classes from "./ListView.module.css";
import { MoveTo } from "./MoveTo";

/** The same draft as an ordered, indented list: everything that the canvas can do, by buttons. */
export function ListView() {
  const { t } = useTranslation();
  const workflow = useEditor(shownOf);
  const palette = useEditor((state) => state.palette);
  const rows = useMemo(() => outline(workflow, palette), [workflow, palette]);
  const [connecting, setConnecting] = useState<Row | null>(null);
  const [moving, setMoving] = useState<Row | null>(null);
  return (
    <div className={classes.scroll}>
      <div className={classes.sheet}>
        <Card path={START} icon={<Play aria-hidden size={15} />} title={t("editor.start")} />
        <ol className={classes.rows} aria-label={t("list.label", { name: workflow.name })}>
          {rows.map((row, at) => (
            <li key={row.path} className={classes.item} data-depth={Math.min(row.depth, 6)}>
              <Insert row={row} before={rows[at - 1]} />
              {row.way && (
                <Text size="xs" fw={600} className={classes.way}>
                  {t("list.way", { way: row.way.title })}
                </Text>
              )}
              <ListRow row={row} onConnect={() => setConnecting(row)} onMove={() => setMoving(row)} />
              <EmptyBody row={row} />
            </li>
          ))}
        </ol>
        <AddAtEnd rows={rows} />
        <Notes />
        <Card path={RESULT} icon={<Flag aria-hidden size={15} />} title={t("editor.result")} />
      </div>
      {connecting && <ConnectTo place={connecting.place} id={connecting.id} onClose={() => setConnecting(null)} />}
      {moving && <MoveTo row={moving} rows={rows} onClose={() => setMoving(null)} />}
    </div>
  );
}

/** The start card, which stands for `input`, and the result. */
function Card({ path, icon, title }: { path: string; icon: React.ReactNode; title: string }) {
  const { t } = useTranslation();
  const isSelected = useEditor((state) => state.selected[0] === path);
  const select = useEditor((state) => state.select);
  const fields = useEditor((state) =>
    path === START
      ? Object.keys((state.history.present.inputs.properties as object | undefined) ?? {}).join(", ")
      : Object.keys(state.history.present.result).join(", "),
  );
  return (
    <UnstyledButton className={classes.card} data-path={path} aria-pressed={isSelected} onClick={() => select([path])}>
      {icon}
      <span className={classes.cardTitle}>{title}</span>
      <Text component="span" size="sm" c="dimmed" truncate>
        {fields || t(path === START ? "editor.start.none" : "editor.result.none")}
      </Text>
    </UnstyledButton>
  );
}

/** The plus on the line that leads to a step: what is added there stands between the two. */
function Insert({ row, before }: { row: Row; before: Row | undefined }) {
  const { t } = useTranslation();
  const pick = useEditor((state) => state.pick);
  const graph = useEditor((state) => graphAt(state.history.present, row.place));
  if (!graph?.nodes[row.id]) return null;
  const name = graph.nodes[row.id]?.title || row.id;
  const edges = graph.edges.filter((edge) => edge.to === row.id);
  const direct = edges.find((edge) => before && edge.from.split(".", 1)[0] === before.id) ?? edges[0];
  const spot: Spot = direct && edges.length === 1 ? { into: direct } : { before: row.id };
  return (
    <UnstyledButton
      className={classes.insert}
      aria-label={t("list.insertBefore", { what: name })}
      onClick={() => pick({ place: row.place, spot })}
    >
      <Plus aria-hidden size={14} />
    </UnstyledButton>
  );
}

/** Notes and groups, which stand on the canvas; here they are read and changed as a list. */
function Notes() {
  const { t } = useTranslation();
  const groups = useEditor((state) => state.history.present.groups);
  const selected = useEditor((state) => state.selected[0]);
  const select = useEditor((state) => state.select);
  if (groups.length === 0) return null;
  return (
    <ul className={classes.notes} aria-label={t("group.all")}>
      {groups.map((group) => (
        <li key={group.id}>
          <UnstyledButton
            className={classes.note}
            data-path={GROUP + group.id}
            aria-pressed={selected === GROUP + group.id}
            onClick={() => select([GROUP + group.id])}
          >
            {group.note === undefined ? `${t("group.title")}: ${group.title ?? ""}` : group.note}
          </UnstyledButton>
        </li>
      ))}
    </ul>
  );
}

function EmptyBody({ row }: { row: Row }) {
  const { t } = useTranslation();
  const pick = useEditor((state) => state.pick);
  const isEmpty = useEditor((state) => {
    const node = graphAt(shownOf(state), row.place)?.nodes[row.id];
    if (!node || !isContainer(state.palette.get(node.type))) return false;
    const body = graphAt(state.history.present, [...row.place, row.id]);
    return !body || Object.keys(body.nodes).length === 0;
  });
  if (!isEmpty) return null;
  const place: Place = [...row.place, row.id];
  return (
    <div className={classes.body}>
      <Button
        variant="default"
        size="xs"
        leftSection={<Plus aria-hidden size={14} />}
        onClick={() => pick({ place, spot: null })}
      >
        {t("list.addInside")}
      </Button>
    </div>
  );
}

function AddAtEnd({ rows }: { rows: Row[] }) {
  const { t } = useTranslation();
  const pick = useEditor((state) => state.pick);
  const palette = useEditor((state) => state.palette);
  const nodes = useEditor((state) => state.history.present.nodes);
  const last = rows.filter((row) => row.place.length === 0).at(-1);
  const type = last && palette.get(nodes[last.id]?.type ?? "");
  const port = last?.out.length === 0 && type?.control !== "choose" ? type?.ports[0]?.name : undefined;
  const spot: Spot = last && port && type?.control !== "stop" ? { behind: { id: last.id, port } } : null;
  return (
    <Button
      className={classes.add}
      variant={rows.length ? "default" : "filled"}
      leftSection={<Plus aria-hidden size={16} />}
      onClick={() => pick({ place: [], spot })}
    >
      {t(rows.length ? "list.add" : "list.addFirst")}
      <VisuallyHidden>{t("list.key")}</VisuallyHidden>
    </Button>
  );
}
