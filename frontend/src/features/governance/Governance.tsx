import { Button, Text } from "@mantine/core";
import { FileUp, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type GovernanceVersion, query } from "@/api/client";
import { Card, Page } from "@/kit/Page";
import { Row, Rows } from "@/kit/Rows";
import { may, useSession } from "@/kit/session";
import { Empty, Failure, Loading } from "@/kit/states";
import { TextLink } from "@/kit/TextLink";
import { Exemptions } from "./Exemptions";
import { ImportTemplate } from "./ImportTemplate";
import { StateBadge } from "./StateBadge";
import { sayScope } from "./scope";

/** Every template, with the version that binds, or else the newest. Everybody may read what binds them. */
export function Governance() {
  const { t } = useTranslation();
  const session = useSession();
  const asked = query.useQuery("get", "/api/governance");
  const [isImporting, setImporting] = useState(false);
  const mayWrite = may(session, "governance.write");
  const templates = new Map<string, GovernanceVersion[]>();
  for (const each of asked.data ?? []) templates.set(each.id, [...(templates.get(each.id) ?? []), each]);
  const importing = (
    <Button leftSection={<FileUp aria-hidden size={17} />} onClick={() => setImporting(true)}>
      {t("governance.import")}
    </Button>
  );
  return (
    <Page title={t("governance.title")} lead={t("governance.lead")} actions={mayWrite && importing}>
      {asked.error && <Failure error={asked.error} onRetry={() => asked.refetch()} />}
      {asked.isPending && <Loading />}
      {asked.data?.length === 0 && (
        <Card>
          <Empty art={<ShieldCheck aria-hidden size={32} strokeWidth={1.5} />} title={t("governance.none")}>
            {t(mayWrite ? "governance.none.import" : "governance.none.why")}
          </Empty>
        </Card>
      )}
      {templates.size > 0 && (
        <Rows label={t("governance.title")}>
          {[...templates.values()].map((versions) => {
            const newest = versions[0] as GovernanceVersion;
            const shown = versions.find((each) => each.state === "enforced") ?? newest;
            const rules = Array.isArray(shown.source.rules) ? shown.source.rules.length : 0;
            return (
              <Row
                key={shown.id}
                sign={<ShieldCheck aria-hidden size={20} strokeWidth={1.7} />}
                title={
                  <TextLink to="/governance/$id" params={{ id: shown.id }}>
                    {shown.name}
                  </TextLink>
                }
                below={shown.because}
                facts={
                  <>
                    <StateBadge state={shown.state} />
                    {newest !== shown && newest.state !== "retired" && (
                      <>
                        <Text size="sm">{t("governance.version", { number: newest.number })}:</Text>
                        <StateBadge state={newest.state} />
                      </>
                    )}
                    <Text size="sm" c="dimmed" w="100%">
                      {t("governance.rules", { count: rules })} · {sayScope(shown, t)} · {shown.owner}
                    </Text>
                  </>
                }
              />
            );
          })}
        </Rows>
      )}
      <Exemptions />
      {isImporting && <ImportTemplate onClose={() => setImporting(false)} />}
    </Page>
  );
}
