import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./KeysHelp.module.css";
import { type KeyRow, useKeys } from "./keys";

const KeysDialog = lazy(() => import("./KeysDialog").then((file) => ({ default: file.KeysDialog })));

/** The keys of this page; `?` opens it, and so does the button that stands here. */
export function KeysHelp({ rows }: { rows: readonly KeyRow[] }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  useKeys({ "?": () => setOpen(true) });
  return (
    <>
      <button type="button" className={classes.help} onClick={() => setOpen(true)}>
        <kbd aria-hidden>?</kbd> {t("keys.title")}
      </button>
      <Suspense>{isOpen && <KeysDialog rows={rows} onClose={() => setOpen(false)} />}</Suspense>
    </>
  );
}
