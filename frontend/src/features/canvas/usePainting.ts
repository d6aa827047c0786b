import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { CheckAnswer } from "@/api/pending";
import { type Graph, graphAt, type Place, pathOf, sourceOf, type Workflow } from "@/graph";
import { useEditor } from "./editor";
import { edgeKey, NOT_PAINTED, type Painting, paintRun } from "./paint";
import { useTried } from "./try/useTried";

/** What is laid over the draft: a way that breaks a rule, the last dry run, or nothing. */
export function usePainting(workflow: Workflow): Painting {
  const { t, i18n } = useTranslation();
  const way = useEditor((state) => state.way);
  const place = useEditor((state) => state.place);
  const run = useTried();
  const carried = useEditor((state) => (state.isLabelled ? state.check?.labels : undefined));
  const labels = useMemo(() => carried && labelsOf(carried), [carried]);
  return useMemo(() => {
    if (way) return paintWay(workflow, place, way, t("way.step"));
    const painting = run ? paintRun(run, t, i18n.language) : NOT_PAINTED;
    return labels ? { ...painting, labels } : painting;
  }, [way, run, labels, workflow, place, t, i18n.language]);
}

/** All labels that leave a step, whichever of its fields carries them. */
function labelsOf(carried: CheckAnswer["labels"]): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(carried).map(([path, fields]) => [
      path,
      [...new Set(Object.values(fields).flatMap((field) => field.labels))].sort(),
    ]),
  );
}

/** A way as the steps on it and the arrows between any two that follow each other. */
function paintWay(workflow: Workflow, place: Place, way: readonly string[], words: string): Painting {
  const graph: Graph = graphAt(workflow, place) ?? workflow;
  const on = new Set(way);
  const steps = Object.fromEntries(way.map((path) => [path, { tone: "way", words } as const]));
  const edges = graph.edges
    .map((edge) => ({ edge, from: pathOf(place, sourceOf(edge)), to: pathOf(place, edge.to) }))
    .filter(({ from, to }) => on.has(from) && on.has(to))
    .map(({ edge, to }) => [edgeKey({ from: pathOf(place, edge.from), to }), "way"] as const);
  return { steps, edges: Object.fromEntries(edges) };
}
