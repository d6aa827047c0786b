import { Alert } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { wordsOf } from "@/kit/problem";
import type { Trigger } from "./kinds";

export const errorsOf = (trigger: Trigger): Trigger["findings"] =>
  trigger.findings.filter((each) => each.severity === "error");

/** What keeps a trigger from being switched on. */
export function Wrong({ trigger, mb }: { trigger: Trigger; mb?: string }) {
  const { t } = useTranslation();
  return errorsOf(trigger).map((each) => {
    const said = wordsOf(each as { code: string; sentence: string }, t);
    return (
      <Alert key={`${each.code} ${each.field}`} color="red" title={said.sentence} {...(mb && { mb })}>
        {said.wayOut}
      </Alert>
    );
  });
}
