import { lazy, Suspense, useState } from "react";
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
      <Editor
        menu={(row) => (
          <Suspense>
            <WorkflowMenu row={row} onProblem={setProblem} />
          </Suspense>
        )}
      />
    </>
  );
}
