import { Group, NumberInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { graphAt, type Json, type JsonRecord, nameOf, placeOf, setOnError } from "@/graph";
import { useEditor } from "../editor";
import classes from "./Inspector.module.css";

const asRecord = (value: Json | undefined): JsonRecord =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};

/** What happens when a step fails: how often it is tried, and how long one attempt may take. */
export function Failing({ path }: { path: string }) {
  const { t } = useTranslation();
  const { place, id } = placeOf(path);
  const graph = useEditor((state) => graphAt(state.history.present, place));
  const act = useEditor((state) => state.act);
  const settle = useEditor((state) => state.settle);
  const node = graph?.nodes[id];
  if (!graph || !node) return null;
  const onError = node.on_error ?? {};
  const attempts = asRecord(onError.retry).attempts;
  const seconds = /^PT(\d+)S$/.exec(String(onError.timeout ?? ""))?.[1];
  const write = (next: JsonRecord): void => {
    const kept = Object.fromEntries(Object.entries(next).filter(([, value]) => value !== null));
    const set = Object.keys(kept).length ? kept : null;
    act("settings", nameOf(graph, id), (workflow) => setOnError(workflow, place, id, set), `${path} on_error`);
  };
  return (
    <section aria-label={t("failing.title")}>
      <h2 className={classes.part}>{t("failing.title")}</h2>
      <Group grow mt={6} align="end" wrap="nowrap">
        <NumberInput
          label={t("failing.attempts")}
          min={1}
          max={20}
          allowDecimal={false}
          placeholder="1"
          value={typeof attempts === "number" ? attempts : ""}
          onBlur={settle}
          onChange={(value) =>
            write({ ...onError, retry: value === "" ? null : { ...asRecord(onError.retry), attempts: Number(value) } })
          }
        />
        <NumberInput
          label={t("failing.timeout")}
          min={1}
          allowDecimal={false}
          placeholder={t("failing.noTimeout")}
          value={seconds === undefined ? "" : Number(seconds)}
          onBlur={settle}
          onChange={(value) => write({ ...onError, timeout: value === "" ? null : `PT${value}S` })}
        />
      </Group>
    </section>
  );
}
