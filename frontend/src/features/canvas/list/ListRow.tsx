import { ActionIcon, Badge, Menu, Text, UnstyledButton } from "@mantine/core";
import { CornerDownRight, Ellipsis, Lock, MoveVertical, Plus, Spline, Trash2, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { ERROR_PORT, graphAt, isLocked, nameOf, portOf, portsOf, type Row, spotAfter } from "@/graph";
import { announce } from "@/kit/announce";
import { KindIcon } from "@/kit/KindIcon";
import { shownOf, useEditor, useFindings } from "../editor";
import { FindingMark } from "../findings/FindingMark";
import classes from "./ListView.module.css";

/** One step of the list: what it is, where it leads, and all that can be done with it. */
export function ListRow({ row, onConnect, onMove }: { row: Row; onConnect: () => void; onMove: () => void }) {
  const { t } = useTranslation();
  const graph = useEditor((state) => graphAt(shownOf(state), row.place));
  const palette = useEditor((state) => state.palette);
  const isSelected = useEditor((state) => state.selected.includes(row.path));
  const select = useEditor((state) => state.select);
  const findings = useFindings().filter((finding) => finding.node === row.path);
  const node = graph?.nodes[row.id];
  if (!graph || !node) return null;
  const type = palette.get(node.type);
  const locked = isLocked(node);
  return (
    <div className={classes.row} data-selected={isSelected || undefined} data-locked={locked || undefined}>
      <UnstyledButton
        className={classes.main}
        data-path={row.path}
        aria-pressed={isSelected}
        aria-describedby={findings.length ? `${row.path}-findings` : undefined}
        onClick={() => select([row.path])}
      >
        <KindIcon kind={type?.kind} isLocked={locked} />
        <span className={classes.words}>
          <span className={classes.title}>{(locked && !node.title && type?.title) || nameOf(graph, row.id)}</span>
          <Text component="span" size="xs" c="dimmed" truncate>
            {type ? `${type.title} · ${t(`kind.${type.kind}`)}` : t("node.unknownType", { type: node.type })}
            {node.woven && ` · ${t("node.requiredBy", { template: node.woven.template })}`}
          </Text>
        </span>
        <FindingMark findings={findings} id={`${row.path}-findings`} />
      </UnstyledButton>
      <RowMenu row={row} isFixed={locked} onConnect={onConnect} onMove={onMove} />
      <Leads row={row} />
    </div>
  );
}

/** Where the step leads, port by port; each way can be taken away by a click. */
function Leads({ row }: { row: Row }) {
  const { t } = useTranslation();
  const graph = useEditor((state) => graphAt(shownOf(state), row.place));
  const palette = useEditor((state) => state.palette);
  const disconnect = useEditor((state) => state.disconnect);
  const pick = useEditor((state) => state.pick);
  const node = graph?.nodes[row.id];
  if (!graph || !node) return null;
  const ports = portsOf(node, palette);
  const open = ports.filter((port) => !row.out.some((edge) => (portOf(edge) ?? ports[0]?.name) === port.name));
  const title = (name: string | null): string => {
    if (name === ERROR_PORT) return t("port.error");
    const port = ports.find((each) => each.name === (name ?? ports[0]?.name));
    return port?.title || port?.name || name || "";
  };
  const isOneWay = ports.length === 1;
  const called = (id: string): string => {
    const other = graph.nodes[id];
    return (isLocked(other) && !other?.title && palette.get(other?.type ?? "")?.title) || nameOf(graph, id);
  };
  return (
    <ul className={classes.leads} aria-label={t("list.leads", { what: nameOf(graph, row.id) })}>
      {row.out.map((edge) => (
        <li key={`${edge.from}>${edge.to}`}>
          <Badge
            color="gray"
            size="md"
            className={classes.lead}
            leftSection={<CornerDownRight aria-hidden size={12} />}
            rightSection={
              isLocked(node) || isLocked(graph.nodes[edge.to]) ? undefined : (
                <ActionIcon
                  size={24}
                  aria-label={t("list.disconnect", { from: nameOf(graph, row.id), to: nameOf(graph, edge.to) })}
                  onClick={() => {
                    disconnect(row.place, edge);
                    announce(t("act.disconnect", { what: nameOf(graph, row.id) }));
                  }}
                >
                  <X aria-hidden size={13} />
                </ActionIcon>
              )
            }
          >
            {isOneWay && portOf(edge) !== ERROR_PORT ? "" : `${title(portOf(edge))} → `}
            {called(edge.to)}
          </Badge>
        </li>
      ))}
      {!isOneWay &&
        !isLocked(node) &&
        open.map((port) => (
          <li key={port.name}>
            <UnstyledButton
              className={classes.open}
              onClick={() => pick({ place: row.place, spot: { behind: { id: row.id, port: port.name } } })}
            >
              <Plus aria-hidden size={12} /> {t("list.addBehind", { port: title(port.name) })}
            </UnstyledButton>
          </li>
        ))}
    </ul>
  );
}

type MenuProps = { row: Row; isFixed: boolean; onConnect: () => void; onMove: () => void };

function RowMenu({ row, isFixed, onConnect, onMove }: MenuProps) {
  const { t } = useTranslation();
  const graph = useEditor((state) => graphAt(state.history.present, row.place));
  const palette = useEditor((state) => state.palette);
  const remove = useEditor((state) => state.remove);
  const pick = useEditor((state) => state.pick);
  const name = graph ? nameOf(graph, row.id) : row.id;
  const node = graph?.nodes[row.id];
  const ports = portsOf(node, palette);
  const behind = (port: string): void => {
    if (graph) pick({ place: row.place, spot: spotAfter(graph, row.id, palette, port) });
  };
  if (isFixed)
    return (
      <span className={classes.padlock} title={t("editor.locked")}>
        <Lock aria-label={t("editor.locked")} role="img" size={15} />
      </span>
    );
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <ActionIcon size={36} aria-label={t("list.more", { what: name })}>
          <Ellipsis aria-hidden size={17} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {ports.map((port) => (
          <Menu.Item key={port.name} leftSection={<Plus aria-hidden size={15} />} onClick={() => behind(port.name)}>
            {ports.length === 1 ? t("list.addAfter") : t("list.addBehind", { port: port.title || port.name })}
          </Menu.Item>
        ))}
        <Menu.Item leftSection={<Spline aria-hidden size={15} />} onClick={onConnect}>
          {t("connect.title")}
        </Menu.Item>
        <Menu.Item leftSection={<MoveVertical aria-hidden size={15} />} onClick={onMove}>
          {t("move.title")}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          color="red"
          leftSection={<Trash2 aria-hidden size={15} />}
          onClick={() => {
            remove([row.path]);
            announce(t("act.delete", { what: name }));
          }}
        >
          {t("list.delete")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
