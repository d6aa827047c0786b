import { ActionIcon } from "@mantine/core";
import { Ellipsis } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import type { WorkflowRow } from "@/api/client";
import { Editor } from "@/features/canvas/Editor";

const WorkflowMenu = lazy(() =>
  import("@/features/workflows/WorkflowMenu").then((file) => ({ default: file.WorkflowMenu })),
);

const ProblemAlert = lazy(() => import("@/kit/ProblemAlert").then((file) => ({ default: file.ProblemAlert })));

/** The editor, with the menu of the workflow in its bar. */
export function EditorPage() {
  const [problem, setProblem] = useState<unknown>(null);
  return (
    <>
      {problem !== null && (
        <Suspense>
          <ProblemAlert error={problem} />
        </Suspense>
      )}
      <Editor menu={(row) => <LateMenu row={row} onProblem={setProblem} />} />
    </>
  );
}

/** The menu's button; the menu itself is loaded when it is first opened. */
function LateMenu({ row, onProblem }: { row: WorkflowRow; onProblem: (problem: unknown) => void }) {
  const { t } = useTranslation();
  const [isAsked, setAsked] = useState(false);
  const button = (
    <ActionIcon
      size={36}
      aria-label={t("list.more", { what: row.name })}
      aria-haspopup="menu"
      aria-expanded={false}
      onClick={() => setAsked(true)}
    >
      <Ellipsis aria-hidden size={17} />
    </ActionIcon>
  );
  if (!isAsked) return button;
  return (
    <Suspense fallback={button}>
      <WorkflowMenu row={row} onProblem={onProblem} isOpened />
    </Suspense>
  );
}
