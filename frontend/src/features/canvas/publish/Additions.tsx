import { SegmentedControl, Text } from "@mantine/core";
import type { TFunction } from "i18next";
import { Lock, ShieldCheck } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CheckAnswer, Insertion } from "@/api/pending";
import { graphAt, nameOf, parseWorkflow, placeOf, type Workflow, withWoven } from "@/graph";
import { useEditor } from "../editor";
import { Exempting } from "../exemptions/Exempting";
import { Painted } from "../Painted";
import classes from "./publish.module.css";

/** What governance weaves in, where and why; and the graph before and after. */
export function Additions({ answer, workflow }: { answer: CheckAnswer; workflow: Workflow }) {
  const { t } = useTranslation();
  const [view, setView] = useState<"after" | "before">("after");
  const preview = answer.preview;
  const after = useMemo(
    () =>
      preview ? withWoven(workflow, parseWorkflow({ ...preview.graph, handrail: 1, name: workflow.name })) : workflow,
    [preview, workflow],
  );
  const watched = preview?.guards.length ?? 0;
  const proved = preview?.certificates.length ?? 0;
  return (
    <section aria-label={t("publish.additions")} className={classes.additions}>
      <div className={classes.head}>
        <h2 className={classes.part}>{preview ? addedWords(preview.insertions.length, t) : t("publish.additions")}</h2>
        {preview && preview.insertions.length > 0 && (
          <SegmentedControl
            size="xs"
            aria-label={t("publish.view")}
            value={view}
            onChange={(next) => setView(next as typeof view)}
            data={[
              { value: "before", label: t("publish.before") },
              { value: "after", label: t("publish.after") },
            ]}
          />
        )}
      </div>
      <div className={classes.drawing}>
        <Painted
          graph={view === "after" ? after : workflow}
          label={t(view === "after" ? "publish.drawing.after" : "publish.drawing.before")}
        />
      </div>
      {!preview && (
        <Text size="sm" c="dimmed">
          {t("publish.noPreview")}
        </Text>
      )}
      {preview && (
        <ul className={classes.rules}>
          {alike(preview.insertions).map((each, at, all) => (
            <Inserted
              key={each[0].id}
              insertions={each}
              after={after}
              isLast={!all.slice(at + 1).some(([later]) => ruleOf(later) === ruleOf(each[0]))}
            />
          ))}
          {(watched > 0 || proved > 0) && (
            <li>
              <ShieldCheck aria-hidden size={16} />
              <span>
                {t("publish.proved", { count: proved })} {watched > 0 && t("publish.watched", { count: watched })}
              </span>
            </li>
          )}
        </ul>
      )}
    </section>
  );
}

export const addedWords = (count: number, t: TFunction): string =>
  count === 0 ? t("publish.added.none") : t("publish.added", { count });

const ruleOf = (insertion: Insertion): string => `${insertion.template} ${insertion.rule}`;

/** Insertions of one rule and type belong together: they have one reason. */
function alike(insertions: readonly Insertion[]): [Insertion, ...Insertion[]][] {
  const found = new Map<string, [Insertion, ...Insertion[]]>();
  for (const each of insertions) {
    const key = `${ruleOf(each)} ${each.type}`;
    const known = found.get(key);
    if (known) known.push(each);
    else found.set(key, [each]);
  }
  return [...found.values()];
}

function Inserted({
  insertions,
  after,
  isLast,
}: {
  insertions: [Insertion, ...Insertion[]];
  after: Workflow;
  /** Of its rule: there stands what can be done about the rule. */
  isLast: boolean;
}) {
  const { t, i18n } = useTranslation();
  const [insertion] = insertions;
  const type = useEditor((state) => state.palette.get(insertion.type));
  const targets = insertions.map(({ at: { to } }) => {
    const { place, id } = placeOf(to);
    return t("kit.quoted", {
      text: to === "result" ? t("editor.result") : nameOf(graphAt(after, place) ?? after, id),
    });
  });
  const what = new Intl.ListFormat(i18n.language).format(targets);
  return (
    <li>
      <Lock aria-hidden size={15} />
      <span>
        <strong>{type?.title ?? insertion.type}</strong> {t("publish.before.what", { what })}
        <Text component="span" size="sm" c="dimmed" display="block">
          {t("node.requiredBy", { template: insertion.template })}. {insertion.because}{" "}
          {t("node.owner", { owner: insertion.owner })}.
        </Text>
        {isLast && <Exempting isBrief template={insertion.template} rule={insertion.rule} owner={insertion.owner} />}
      </span>
    </li>
  );
}
