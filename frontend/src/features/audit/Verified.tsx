import { Alert, Code, Text } from "@mantine/core";
import { ShieldAlert, ShieldCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { components } from "@/api/schema";
import { TextLink } from "@/kit/TextLink";

type Found = components["schemas"]["VerifiedView"];

/** What was checked and what was found: the chain of events, then the records of runs, and what was left out. */
export function Verified({ found }: { found: Found }) {
  const { t } = useTranslation();
  const run = found.broken_run;
  return (
    <Alert
      role="status"
      mb="md"
      color={found.holds ? "green" : "red"}
      icon={found.holds ? <ShieldCheck aria-hidden /> : <ShieldAlert aria-hidden />}
      title={t(found.holds ? "audit.holds" : "audit.broken")}
    >
      {found.holds || run ? <Text size="sm">{t("audit.holds.why", { count: found.checked })}</Text> : found.sentence}
      {found.holds && <Text size="sm">{t("audit.records", { count: found.records })}</Text>}
      {run && (
        <Text size="sm">
          {t("audit.records.broken")}{" "}
          <TextLink to="/runs/$id" params={{ id: run }}>
            {t("audit.records.run")}
          </TextLink>
        </Text>
      )}
      {!found.holds && !run && <Text size="sm">{t("audit.records.not")}</Text>}
      {found.holds && found.emptied > 0 && (
        <Text size="sm">{t("audit.records.emptied", { count: found.emptied })}</Text>
      )}
      {found.holds && found.left > 0 && (
        <Text size="sm">
          {t("audit.records.left", { count: found.left })} <Code>handrail audit verify</Code>
        </Text>
      )}
    </Alert>
  );
}
