import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { graphAt, type Json, placeOf, type Workflow } from "@/graph";
import { announce } from "@/kit/announce";
import { wordsFor } from "@/kit/problem";
import { useEditorStore } from "../editor";

const PAUSE = 600;

type Pins = Readonly<Record<string, Json>>;

const isThere = (workflow: Workflow, path: string): boolean => {
  const { place, id } = placeOf(path);
  return graphAt(workflow, place)?.nodes[id] !== undefined;
};

/** Keeps what is pinned with the draft, so that it is there tomorrow and for colleagues; for whoever may edit it. */
export function usePins(workflow: string, mayWrite: boolean): void {
  const { t } = useTranslation();
  const store = useEditorStore();
  useEffect(() => {
    if (!mayWrite) return;
    const params = { path: { workflow } };
    let kept: Pins | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const save = async (): Promise<void> => {
      clearTimeout(timer);
      const { pins } = store.getState();
      const before = kept;
      if (before === null || before === pins) return;
      const changed = Object.entries(pins).filter(([path, output]) => before[path] !== output);
      const removed = Object.keys(before).filter((path) => !(path in pins));
      kept = pins;
      if (changed.length + removed.length === 0) return;
      const { error } = await api.PUT("/api/workflows/{workflow}/draft/pins", {
        params,
        body: { pins: Object.fromEntries(changed), removed },
      });
      if (error) announce(wordsFor(error, t).sentence);
    };
    const leave = store.subscribe((now, was) => {
      if (now.pins === was.pins || kept === null) return;
      clearTimeout(timer);
      timer = setTimeout(save, PAUSE);
    });
    api.GET("/api/workflows/{workflow}/draft/pins", { params }).then(({ data }) => {
      const read = (data?.pins ?? {}) as Record<string, Json>;
      const { history, pins } = store.getState();
      kept = read;
      const there = Object.entries(read).filter(([path]) => isThere(history.present, path));
      store.getState().setPins({ ...Object.fromEntries(there), ...pins });
    });
    return () => {
      leave();
      save();
    };
  }, [workflow, mayWrite, store, t]);
}
