import { Button } from "@mantine/core";
import { CircleCheck } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useEditor, useFindings } from "../editor";
import { SeverityIcon } from "./FindingMark";
import classes from "./findings.module.css";

const FindingsPanel = lazy(() => import("./FindingsPanel").then((file) => ({ default: file.FindingsPanel })));

const ORDER = { error: 0, warning: 1, note: 2 } as const;

/** How much the checker has to say, always current; what it says is loaded when it is first asked for. */
export function FindingsButton() {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const [isAsked, setAsked] = useState(false);
  const isChecked = useEditor((state) => state.check !== null);
  const findings = [...useFindings()].sort((one, other) => ORDER[one.severity] - ORDER[other.severity]);
  const worst = findings[0]?.severity;
  const button = (
    <Button
      size="xs"
      variant="default"
      onClick={() => {
        setAsked(true);
        setOpen((was) => !was);
      }}
      leftSection={
        worst ? <SeverityIcon severity={worst} /> : <CircleCheck aria-hidden size={16} className={classes.good} />
      }
    >
      {findings.length || !isChecked ? t("findings.count", { count: findings.length }) : t("findings.none")}
    </Button>
  );
  if (!isAsked) return button;
  return (
    <Suspense fallback={button}>
      <FindingsPanel target={button} findings={findings} isOpen={isOpen} onChange={setOpen} />
    </Suspense>
  );
}
