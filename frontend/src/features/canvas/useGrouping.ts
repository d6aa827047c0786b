import { useTranslation } from "react-i18next";
import { addNote, freePlace, groupNodes, nameOf, type Point, placeOf, placesOf } from "@/graph";
import { announce } from "@/kit/announce";
import { GROUP, useEditorStore } from "./editor";

/** Makes notes, and frames around steps; what is new is selected, so that it can be named at once. */
export function useGrouping() {
  const { t } = useTranslation();
  const store = useEditorStore();
  const selectLast = (): void => {
    const last = store.getState().history.present.groups.at(-1);
    if (last) store.getState().select([GROUP + last.id]);
  };
  return {
    note: (at: Point): void => {
      store.getState().act("add", t("group.note"), (workflow) => {
        const taken = [
          ...Object.values(placesOf(workflow, [])),
          ...workflow.groups.flatMap((each) => (each.at ? [each.at] : [])),
        ];
        return addNote(workflow, freePlace(at, taken), t("group.note.new"));
      });
      selectLast();
      announce(t("group.note.added"));
    },
    group: (paths: readonly string[]): void => {
      const steps = paths.filter((path) => !path.startsWith("$")).map(placeOf);
      const [first] = steps;
      if (!first) return;
      const names = steps.map(({ id }) => nameOf(store.getState().history.present, id));
      store.getState().act("group", names.join(", "), (workflow) =>
        groupNodes(
          workflow,
          first.place,
          steps.map(({ id }) => id),
          t("group.new"),
        ),
      );
      selectLast();
      announce(t("group.added"));
    },
  };
}
