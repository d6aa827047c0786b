import { Button } from "@mantine/core";
import { ShieldAlert, ShieldCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { RunDetail } from "@/api/client";
import { Part } from "@/kit/Page";
import { verdictInWords } from "@/kit/verdict";
import classes from "./Story.module.css";
import { nodeOf } from "./steps";
import { useTitles } from "./useTitles";

/** What governed this run: each rule, what it put in the way, what that said. */
export function Guards({ run, onOpen }: { run: RunDetail; onOpen: (node: string) => void }) {
  const { t } = useTranslation();
  const titleOf = useTitles();
  if (run.guards.length === 0) return null;
  return (
    <Part title={t("run.guards")} why={t("run.guards.why")}>
      <ul className={classes.guards}>
        {run.guards.map((guard) => {
          const step = run.steps.find((each) => each.node === guard.node || nodeOf(each.path) === guard.node);
          const isLoud = guard.verdict?.word === "block" || guard.verdict?.word === "review";
          const Sign = isLoud ? ShieldAlert : ShieldCheck;
          const said = guard.verdict
            ? verdictInWords(guard.verdict.word, t)
            : guard.node === null
              ? t("run.guard.own")
              : step
                ? t(`run.${step.state}`)
                : t("run.guard.notPassed");
          return (
            <li key={`${guard.node} ${guard.template} ${guard.rule}`} className={classes.guard}>
              <Sign aria-hidden size={17} />
              <div>
                <p>
                  <strong>{step ? titleOf(step) : guard.rule}</strong>: {said}
                </p>
                <p className={classes.quiet}>
                  {t("node.requiredBy", { template: guard.template })}, {t("run.guard.rule", { rule: guard.rule })}.{" "}
                  {guard.because}
                </p>
              </div>
              {step && guard.node !== null && (
                <Button size="compact-sm" variant="subtle" onClick={() => onOpen(guard.node as string)}>
                  {t("run.toStep")}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </Part>
  );
}
