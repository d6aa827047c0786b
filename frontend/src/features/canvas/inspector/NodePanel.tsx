import { Button, Group, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { Group as GroupIcon, Maximize2, Spline, Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { SchemaForm } from "@/forms/SchemaForm";
import { graphAt, isContainer, isLocked, nameOf, placeOf, renameNode, setConfig, setNotes, setTitle } from "@/graph";
import { announce } from "@/kit/announce";
import { KindIcon } from "@/kit/KindIcon";
import { ConnectTo } from "../connect/ConnectTo";
import { shownOf, useEditor, useFindings } from "../editor";
import { SeverityIcon } from "../findings/FindingMark";
import { newerOf } from "../findings/fix";
import { useFindingWords } from "../findings/words";
import { Tried } from "../try/Tried";
import { useGrouping } from "../useGrouping";
import { Failing } from "./Failing";
import classes from "./Inspector.module.css";
import { Locked } from "./Locked";
import { NodeInputs } from "./NodeInputs";

/** One step: its name, what it reads, its settings, what happens when it fails. */
export function NodePanel({ path }: { path: string }) {
  const { t } = useTranslation();
  const { place, id } = placeOf(path);
  const graph = useEditor((state) => graphAt(shownOf(state), place));
  const palette = useEditor((state) => state.palette);
  const act = useEditor((state) => state.act);
  const wasTried = useEditor((state) => state.tried !== null);
  const settle = useEditor((state) => state.settle);
  const node = graph?.nodes[id];
  const govern = useEditor((state) => state.govern);
  const isHidden = !node && id.startsWith("g_");
  // A link may lead to a step that governance adds: it is shown with the others.
  useEffect(() => {
    if (isHidden) govern(true);
  }, [isHidden, govern]);
  if (!graph || !node) return null;
  const type = palette.get(node.type);
  const name = nameOf(graph, id);
  if (isLocked(node)) return <Locked path={path} node={node} name={node.title || type?.title || name} />;
  return (
    <Stack gap="lg" className={classes.body}>
      <Group gap="sm" wrap="nowrap" className={classes.head}>
        <KindIcon kind={type?.kind} own={type?.icon} />
        <Text size="sm" c="dimmed">
          {type ? `${type.title} · ${t(`kind.${type.kind}`)}` : t("node.unknownType", { type: node.type })}
        </Text>
      </Group>
      <TextInput
        label={t("inspector.title")}
        value={node.title ?? ""}
        placeholder={name}
        onBlur={settle}
        onChange={(event) => {
          const title = event.currentTarget.value;
          act("rename", name, (workflow) => setTitle(workflow, place, id, title), `${path} title`);
        }}
      />
      <Said path={path} />
      {wasTried && <Tried path={path} />}
      <NodeInputs path={path} />
      {type && (
        <section aria-label={t("inspector.settings")}>
          <SchemaForm
            schema={type.config}
            value={node.config ?? {}}
            path="config"
            onChange={(config, field) =>
              act("settings", name, (now) => setConfig(now, place, id, config, palette), `${path} config.${field}`)
            }
          />
        </section>
      )}
      {!wasTried && <Tried path={path} />}
      <Failing path={path} />
      <Textarea
        label={t("inspector.notes")}
        autosize
        minRows={2}
        value={node.notes ?? ""}
        onBlur={settle}
        onChange={(event) => {
          const notes = event.currentTarget.value;
          act("note", name, (workflow) => setNotes(workflow, place, id, notes), `${path} notes`);
        }}
      />
      <Id path={path} key={id} />
      <Deeds path={path} isEnterable={isContainer(type)} />
    </Stack>
  );
}

/** What the checker says about this step. */
function Said({ path }: { path: string }) {
  const { t } = useTranslation();
  const findings = useFindings().filter((finding) => finding.node === path);
  const wordsOf = useFindingWords();
  const upgrade = useEditor((state) => state.upgrade);
  if (findings.length === 0) return null;
  return (
    <ul className={classes.said} aria-label={t("findings.title")}>
      {findings.map((finding) => (
        <li key={`${finding.code} ${finding.field}`}>
          <SeverityIcon severity={finding.severity} />
          <span>
            {wordsOf(finding).sentence} <span className={classes.wayOut}>{wordsOf(finding).wayOut}</span>
            {newerOf(finding) && (
              <Button
                size="compact-sm"
                variant="light"
                mt={6}
                display="block"
                onClick={() => upgrade(newerOf(finding))}
              >
                {t("findings.upgrade")}
              </Button>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** The name by which formulas and other steps read this one; a new one is written everywhere. */
function Id({ path }: { path: string }) {
  const { t } = useTranslation();
  const { place, id } = placeOf(path);
  const palette = useEditor((state) => state.palette);
  const act = useEditor((state) => state.act);
  const select = useEditor((state) => state.select);
  const [wanted, setWanted] = useState(id);
  const rename = (): void => {
    if (wanted === id) return;
    act("rename", id, (workflow) => renameNode(workflow, place, id, wanted, palette));
    select([]);
  };
  return (
    <TextInput
      label={t("inspector.id")}
      description={t("inspector.id.why")}
      value={wanted}
      ff="monospace"
      onChange={(event) => setWanted(event.currentTarget.value)}
      onBlur={rename}
      onKeyDown={(event) => event.key === "Enter" && rename()}
    />
  );
}

function Deeds({ path, isEnterable }: { path: string; isEnterable: boolean }) {
  const { t } = useTranslation();
  const { place, id } = placeOf(path);
  const [isConnecting, setConnecting] = useState(false);
  const { group } = useGrouping();
  const remove = useEditor((state) => state.remove);
  const enter = useEditor((state) => state.enter);
  return (
    <Group gap="xs">
      {isEnterable && (
        <Button
          variant="default"
          size="xs"
          leftSection={<Maximize2 aria-hidden size={14} />}
          onClick={() => enter([...place, id])}
        >
          {t("inspector.enter")}
        </Button>
      )}
      <Button
        variant="default"
        size="xs"
        leftSection={<Spline aria-hidden size={14} />}
        onClick={() => setConnecting(true)}
      >
        {t("connect.title")}
      </Button>
      <Button
        variant="default"
        size="xs"
        leftSection={<GroupIcon aria-hidden size={14} />}
        onClick={() => group([path])}
      >
        {t("group.make")}
      </Button>
      <Button
        variant="light"
        color="red"
        size="xs"
        leftSection={<Trash2 aria-hidden size={14} />}
        onClick={() => announce(t("act.delete", { what: remove([path]).join(", ") }))}
      >
        {t("list.delete")}
      </Button>
      {isConnecting && <ConnectTo place={place} id={id} onClose={() => setConnecting(false)} />}
    </Group>
  );
}
