import { Badge, Button, Text } from "@mantine/core";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Credential, query } from "@/api/client";
import { Card, Page } from "@/kit/Page";
import { Row, Rows } from "@/kit/Rows";
import { may, useSession } from "@/kit/session";
import { Empty, Failure, Loading } from "@/kit/states";
import { TextLink } from "@/kit/TextLink";
import { MakeCredential } from "./MakeCredential";

/** Every credential, without what it holds. */
export function Credentials() {
  const { t } = useTranslation();
  const session = useSession();
  const [isMaking, setMaking] = useState(false);
  const asked = query.useQuery("get", "/api/credentials");
  const make = may(session, "credential.write") && (
    <Button leftSection={<Plus aria-hidden size={17} />} onClick={() => setMaking(true)}>
      {t("credential.make")}
    </Button>
  );
  return (
    <Page title={t("credential.title")} lead={t("credential.lead")} actions={make}>
      {asked.error && <Failure error={asked.error} onRetry={() => asked.refetch()} />}
      {asked.isPending && <Loading />}
      {asked.data?.length === 0 && (
        <Card>
          <Empty art={<KeyRound aria-hidden size={32} strokeWidth={1.5} />} title={t("credential.none")}>
            {t("credential.none.why")}
          </Empty>
        </Card>
      )}
      {asked.data && asked.data.length > 0 && (
        <Rows label={t("credential.title")}>
          {asked.data.map((each) => (
            <Row
              key={each.id}
              sign={<KeyRound aria-hidden size={20} strokeWidth={1.7} />}
              title={
                <TextLink to="/credentials/$id" params={{ id: each.id }}>
                  {each.name}
                </TextLink>
              }
              below={<WhoAndWhere credential={each} />}
              facts={
                <>
                  <CredentialState credential={each} />
                  <Text size="sm" c="dimmed">
                    {t(`credential.kind.${each.kind}` as "credential.kind.smtp")}
                  </Text>
                </>
              }
            />
          ))}
        </Rows>
      )}
      {isMaking && <MakeCredential onClose={() => setMaking(false)} />}
    </Page>
  );
}

/** For which teams and hosts a credential is. */
export function WhoAndWhere({ credential }: { credential: Credential }) {
  const { t, i18n } = useTranslation();
  const day = (text: string): string =>
    new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(text));
  const teams = credential.all_teams
    ? t("credential.teams.all")
    : credential.teams.map(({ name }) => name).join(", ") || t("credential.teams.none");
  return (
    <>
      {teams}
      {credential.hosts.length > 0 && ` · ${credential.hosts.join(", ")}`}
      {credential.ends_at && ` · ${t("credential.until", { day: day(credential.ends_at) })}`}
    </>
  );
}

const COLOURS = { usable: "green", over: "red", off: "gray" } as const;

/** Whether a credential can be used. */
export function CredentialState({ credential }: { credential: Credential }) {
  const { t } = useTranslation();
  return <Badge color={COLOURS[credential.state]}>{t(`credential.state.${credential.state}`)}</Badge>;
}
