import { Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Counterexample, FindingRecord } from "@/api/pending";
import { graphAt, nameOf, placeOf } from "@/graph";
import { announce } from "@/kit/announce";
import { START, shownOf, useEditor } from "../editor";
import { SeverityIcon } from "./FindingMark";
import classes from "./findings.module.css";
import { fixFor, newerOf } from "./fix";
import { useFindingWords } from "./words";

/** What there is to say, each with the step by name, “Show me” and, where there is one way to mend it, “Fix it”. */
export function FindingList({ findings, onLeave }: { findings: readonly FindingRecord[]; onLeave: () => void }) {
  return (
    <ul className={classes.list}>
      {findings.map((finding) => (
        <li key={`${finding.code} ${finding.node} ${finding.field} ${finding.sentence}`} className={classes.finding}>
          <SeverityIcon severity={finding.severity} />
          <Words finding={finding} onLeave={onLeave} />
        </li>
      ))}
    </ul>
  );
}

/** The way through the graph that breaks a rule, as node paths; what is no node is not on it. */
function wayOf(finding: FindingRecord): string[] | null {
  const counterexample = finding.params?.counterexample as Counterexample | undefined;
  const way = counterexample?.path.map(({ node }) => node).filter((node) => node !== "input" && node !== "result");
  return way?.length ? [...new Set(way)] : null;
}

function Words({ finding, onLeave }: { finding: FindingRecord; onLeave: () => void }) {
  const { t } = useTranslation();
  const shown = useEditor(shownOf);
  const select = useEditor((state) => state.select);
  const showWay = useEditor((state) => state.showWay);
  const enter = useEditor((state) => state.enter);
  const act = useEditor((state) => state.act);
  const upgrade = useEditor((state) => state.upgrade);
  const words = useFindingWords()(finding);
  const where = finding.node === null ? null : placeOf(finding.node);
  const graph = where && graphAt(shown, where.place);
  const name = graph && where ? nameOf(graph, where.id) : t("findings.whole");
  const show = (): void => {
    if (where) enter(where.place);
    select([finding.node ?? START], finding.field);
    onLeave();
  };
  const way = wayOf(finding);
  const draw = (): void => {
    enter(placeOf(way?.[0] ?? "").place);
    showWay(way);
    onLeave();
  };
  const draft = useEditor((state) => state.history.present);
  const fits = useEditor((state) => state.check?.fits);
  const mend = fixFor(finding, draft, fits ?? {});
  const fix = (): void => {
    if (mend) act("settings", name, mend);
    announce(t("findings.fixed"));
  };
  const newer = newerOf(finding);
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
      <Group gap={6} mt={6}>
        {finding.code !== "required" && (
          <Button size="compact-sm" variant="default" onClick={show}>
            {t("findings.show")}
          </Button>
        )}
        {way && (
          <Button size="compact-sm" variant="default" onClick={draw}>
            {t("findings.way")}
          </Button>
        )}
        {newer && (
          <Button
            size="compact-sm"
            variant="light"
            onClick={() => {
              upgrade(newer);
              onLeave();
            }}
          >
            {t("findings.upgrade")}
          </Button>
        )}
        {mend && (
          <Button size="compact-sm" variant="light" onClick={fix}>
            {t("findings.fix")}
          </Button>
        )}
      </Group>
    </div>
  );
}
