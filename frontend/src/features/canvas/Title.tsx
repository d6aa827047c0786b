import { Pencil } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import type { WorkflowRow } from "@/api/client";
import classes from "./Workbench.module.css";

const Rename = lazy(() => import("./Rename").then((file) => ({ default: file.Rename })));

/** What the workflow is called; whoever may write it renames it where it stands. */
export function Title({ row, mayWrite }: { row: WorkflowRow; mayWrite: boolean }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const [shown, setShown] = useState<string | null>(null);
  if (!mayWrite) return <h1 className={classes.name}>{row.name}</h1>;
  return (
    <h1 className={classes.name} data-open={isOpen || undefined}>
      {isOpen ? (
        <Suspense fallback={row.name}>
          <Rename row={row} onShow={setShown} onClose={() => setOpen(false)} />
        </Suspense>
      ) : (
        <button type="button" className={classes.rename} title={t("editor.rename")} onClick={() => setOpen(true)}>
          <span>{shown ?? row.name}</span>
          <Pencil aria-hidden size={13} />
        </button>
      )}
    </h1>
  );
}
