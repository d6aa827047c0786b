import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { FindingRecord } from "@/api/pending";
import classes from "./findings.module.css";

const ICONS = { error: CircleAlert, warning: TriangleAlert, note: Info } as const;

/** How bad it is: a shape and a colour; the words stand beside it or are its name. */
export function SeverityIcon({ severity }: { severity: FindingRecord["severity"] }) {
  const Icon = ICONS[severity];
  return <Icon aria-hidden size={16} className={classes.severity} data-severity={severity} />;
}

/** On a step: that there is something to say about it, and how much. */
export function FindingMark({ findings, id }: { findings: FindingRecord[]; id?: string }) {
  const { t } = useTranslation();
  const worst = findings.find((finding) => finding.severity === "error") ?? findings[0];
  if (!worst) return null;
  return (
    <span className={classes.mark} id={id} data-severity={worst.severity}>
      <SeverityIcon severity={worst.severity} />
      {t("findings.count", { count: findings.length })}
    </span>
  );
}
