import { Button, Popover } from "@mantine/core";
import { CircleCheck } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "@/kit/states";
import { useEditor, useFindings } from "../editor";
import { SeverityIcon } from "./FindingMark";
import classes from "./findings.module.css";

const FindingList = lazy(() => import("./FindingList").then((file) => ({ default: file.FindingList })));

const ORDER = { error: 0, warning: 1, note: 2 } as const;

/** All that the checker has to say, always current: a sentence, the step by name, “Show me” and “Fix it”. */
export function FindingsButton() {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const isChecked = useEditor((state) => state.check !== null);
  const findings = [...useFindings()].sort((one, other) => ORDER[one.severity] - ORDER[other.severity]);
  const worst = findings[0]?.severity;
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" width={420} shadow="md" trapFocus>
      <Popover.Target>
        <Button
          size="xs"
          variant="default"
          onClick={() => setOpen((was) => !was)}
          leftSection={
            worst ? <SeverityIcon severity={worst} /> : <CircleCheck aria-hidden size={16} className={classes.good} />
          }
        >
          {findings.length || !isChecked ? t("findings.count", { count: findings.length }) : t("findings.none")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={0} className={classes.panel} aria-label={t("findings.title")}>
        {findings.length === 0 ? (
          <Empty title={t("findings.none")}>{t("findings.none.why")}</Empty>
        ) : (
          <Suspense>
            <FindingList findings={findings} onLeave={() => setOpen(false)} />
          </Suspense>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
