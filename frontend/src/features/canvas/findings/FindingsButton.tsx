import { Button, Popover, Text } from "@mantine/core";
import { CircleCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { FindingRecord } from "@/api/pending";
import { graphAt, nameOf, parseWorkflow, placeOf } from "@/graph";
import { announce } from "@/kit/announce";
import { wordsOf } from "@/kit/problem";
import { Empty } from "@/kit/states";
import { START, useEditor, useFindings } from "../editor";
import { SeverityIcon } from "./FindingMark";
import classes from "./findings.module.css";

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
          <ul className={classes.list}>
            {findings.map((finding) => (
              <li key={`${finding.code} ${finding.node} ${finding.field}`} className={classes.finding}>
                <SeverityIcon severity={finding.severity} />
                <Words finding={finding} onLeave={() => setOpen(false)} />
              </li>
            ))}
          </ul>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

function Words({ finding, onLeave }: { finding: FindingRecord; onLeave: () => void }) {
  const { t } = useTranslation();
  const workflow = useEditor((state) => state.history.present);
  const select = useEditor((state) => state.select);
  const enter = useEditor((state) => state.enter);
  const act = useEditor((state) => state.act);
  const words = wordsOf(finding, t);
  const where = finding.node === null ? null : placeOf(finding.node);
  const graph = where && graphAt(workflow, where.place);
  const name = graph && where ? nameOf(graph, where.id) : t("findings.whole");
  const show = (): void => {
    if (where) enter(where.place);
    select([finding.node ?? START], finding.field);
    onLeave();
  };
  const fix = (): void => {
    const mended = finding.fix && parseWorkflow(finding.fix.graph);
    if (mended) act("settings", name, () => mended);
    announce(t("findings.fixed"));
  };
  return (
    <div className={classes.words}>
      <Text size="xs" c="dimmed">
        {t(`severity.${finding.severity}`)} · {name}
      </Text>
      <Text size="sm" fw={550}>
        {words.sentence}
      </Text>
      <Text size="sm" c="dimmed">
        {words.wayOut}
      </Text>
      <div className={classes.acts}>
        <Button size="compact-sm" variant="default" onClick={show}>
          {t("findings.show")}
        </Button>
        {finding.fix && (
          <Button size="compact-sm" variant="light" onClick={fix} title={finding.fix.title}>
            {t("findings.fix")}
          </Button>
        )}
      </div>
    </div>
  );
}
