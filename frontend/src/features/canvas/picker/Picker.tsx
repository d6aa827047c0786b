import { Modal, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { graphAt, nameOf, sourceOf } from "@/graph";
import { announce } from "@/kit/announce";
import { KindIcon } from "@/kit/KindIcon";
import { SearchList } from "@/kit/SearchList";
import { type PickerRequest, useEditor } from "../editor";
import { type Choice, choicesFor, keepRecent, readRecent } from "./choices";
import classes from "./Picker.module.css";

/** One searchable list of what can be added, wherever it was asked for: Enter adds, selects and connects. */
export function Picker() {
  const { t } = useTranslation();
  const request = useEditor((state) => state.picker);
  const pick = useEditor((state) => state.pick);
  return (
    <Modal opened={request !== null} onClose={() => pick(null)} title={t("picker.title")} size={520} padding="md">
      {request && <Types request={request} />}
    </Modal>
  );
}

function Types({ request }: { request: PickerRequest }) {
  const { t } = useTranslation();
  const palette = useEditor((state) => state.palette);
  const add = useEditor((state) => state.add);
  const take = ({ type }: Choice): void => {
    keepRecent(type.key);
    add(type.key, type.title);
    announce(t("act.add", { what: type.title }));
  };
  return (
    <>
      <Where request={request} />
      <SearchList
        name={t("picker.search")}
        find={(words) => choicesFor([...palette.values()], words, request.spot, readRecent())}
        keyOf={(choice) => choice.type.key}
        isOff={(choice) => choice.problem !== null}
        onTake={take}
        render={(choice) => <Offered choice={choice} />}
        nothing={(words) => t("picker.nothing", { words })}
      />
    </>
  );
}

function Offered({ choice: { type, isRecent, problem } }: { choice: Choice }) {
  const { t } = useTranslation();
  return (
    <>
      <KindIcon kind={type.kind} own={type.icon} />
      <span className={classes.words}>
        <span className={classes.title} data-off={problem !== null || undefined}>
          {type.title}
          <span className={classes.kind}>
            {t(`kind.${type.kind}`)}
            {isRecent && ` · ${t("picker.recent")}`}
          </span>
        </span>
        <span className={classes.summary}>{problem ? t(`picker.problem.${problem}`) : type.summary}</span>
      </span>
    </>
  );
}

/** Says where the new step will stand. */
function Where({ request: { place, spot } }: { request: PickerRequest }) {
  const { t } = useTranslation();
  const graph = useEditor((state) => graphAt(state.history.present, place));
  if (!graph || spot === null) return null;
  const name = (id: string): string => nameOf(graph, id);
  const words =
    "behind" in spot
      ? t("picker.behind", { what: name(spot.behind.id) })
      : "before" in spot
        ? t("picker.before", { what: name(spot.before) })
        : t("picker.between", { from: name(sourceOf(spot.into)), to: name(spot.into.to) });
  return (
    <Text size="sm" c="dimmed" mb="xs">
      {words}
    </Text>
  );
}
