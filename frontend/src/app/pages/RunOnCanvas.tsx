import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Painted, paintRun } from "@/features/canvas/Painted";
import { type Drawing, RunPage } from "@/features/runs/RunPage";

/** A run, drawn on the same canvas that its workflow was built on. */
export const RunOnCanvas = () => <RunPage drawing={OnCanvas} />;

const OnCanvas: Drawing = ({ run, selected, onSelect }) => {
  const { t, i18n } = useTranslation();
  const painting = useMemo(() => paintRun(run, t, i18n.language), [run, t, i18n.language]);
  return (
    <Painted
      graph={run.graph as Parameters<typeof Painted>[0]["graph"]}
      label={t("run.drawing", { name: run.name })}
      steps={painting.steps}
      edges={painting.edges}
      selected={selected}
      onSelect={onSelect}
    />
  );
};
