import { Popover } from "@mantine/core";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { FindingRecord } from "@/api/pending";
import { Empty } from "@/kit/states";
import { FindingList } from "./FindingList";
import classes from "./findings.module.css";

type Props = {
  /** What is clicked to open it. */
  target: ReactElement;
  findings: FindingRecord[];
  isOpen: boolean;
  onChange: (isOpen: boolean) => void;
};

/** All that the checker has to say: a sentence, the step by name, “Show me” and “Fix it”. */
export function FindingsPanel({ target, findings, isOpen, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <Popover opened={isOpen} onChange={onChange} position="bottom-end" width={420} shadow="md" trapFocus>
      <Popover.Target>{target}</Popover.Target>
      <Popover.Dropdown p={0} className={classes.panel} aria-label={t("findings.title")}>
        {findings.length === 0 ? (
          <Empty title={t("findings.none")}>{t("findings.none.why")}</Empty>
        ) : (
          <FindingList findings={findings} onLeave={() => onChange(false)} />
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
