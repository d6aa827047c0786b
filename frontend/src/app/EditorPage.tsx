import { lazy, Suspense, useState } from "react";
import { Editor } from "@/features/canvas/Editor";
import { ProblemAlert } from "@/kit/ProblemAlert";

const WorkflowMenu = lazy(() =>
  import("@/features/workflows/WorkflowMenu").then((file) => ({ default: file.WorkflowMenu })),
);

/** The editor, with the menu of the workflow in its bar. */
export function EditorPage() {
  const [problem, setProblem] = useState<unknown>(null);
  return (
    <>
      <ProblemAlert error={problem} />
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
