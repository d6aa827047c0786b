import { Button, MultiSelect, Stack, Textarea, TextInput } from "@mantine/core";
import { Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { changeGroup, graphAt, nameOf, pathOf, placeOf } from "@/graph";
import { announce } from "@/kit/announce";
import { GROUP, groupOf, useEditor } from "../editor";
import classes from "./Inspector.module.css";

/** A note, or a named frame around steps: what it says, and which steps stand in it. */
export function GroupPanel({ path }: { path: string }) {
  const { t } = useTranslation();
  const workflow = useEditor((state) => state.history.present);
  const act = useEditor((state) => state.act);
  const settle = useEditor((state) => state.settle);
  const remove = useEditor((state) => state.remove);
  const group = groupOf(workflow, path);
  if (!group) return null;
  const isNote = group.note !== undefined;
  const write = (change: Parameters<typeof changeGroup>[2], topic: string): void =>
    act(
      isNote ? "note" : "group",
      group.title ?? "",
      (now) => changeGroup(now, path.slice(GROUP.length), change),
      `${path} ${topic}`,
    );
  const { place } = placeOf(group.nodes?.[0] ?? "");
  const here = graphAt(workflow, place) ?? workflow;
  return (
    <Stack gap="md" className={classes.body}>
      <h2 className={classes.heading}>{t(isNote ? "group.note" : "group.title")}</h2>
      {isNote ? (
        <Textarea
          label={t("group.text")}
          autosize
          minRows={4}
          maxLength={2000}
          value={group.note}
          data-autofocus
          autoFocus
          onBlur={settle}
          onChange={(event) => write({ note: event.currentTarget.value }, "note")}
        />
      ) : (
        <>
          <TextInput
            label={t("inspector.title")}
            maxLength={120}
            value={group.title ?? ""}
            autoFocus
            onBlur={settle}
            onChange={(event) => write({ title: event.currentTarget.value }, "title")}
          />
          <MultiSelect
            label={t("group.steps")}
            data={Object.keys(here.nodes).map((id) => ({ value: pathOf(place, id), label: nameOf(here, id) }))}
            value={group.nodes ?? []}
            searchable
            onChange={(nodes) => nodes.length > 0 && write({ nodes }, "nodes")}
          />
        </>
      )}
      <Button
        variant="light"
        color="red"
        size="xs"
        className={classes.start}
        leftSection={<Trash2 aria-hidden size={14} />}
        onClick={() => announce(t("act.delete", { what: remove([path]).join(", ") }))}
      >
        {t(isNote ? "list.delete" : "group.remove")}
      </Button>
    </Stack>
  );
}
