import { Button, Stack, Text } from "@mantine/core";
import { LogIn } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type ProviderPage, query } from "@/api/client";
import { Moment } from "@/kit/Moment";
import { Card, Page, Part } from "@/kit/Page";
import { Row, Rows } from "@/kit/Rows";
import { may, useSession } from "@/kit/session";
import { Empty, Failure, Loading } from "@/kit/states";
import { KnownThere } from "./KnownThere";
import { ProviderForm } from "./ProviderForm";
import { Tried } from "./Tried";

/** How people of a company come in: its identity provider, and what its groups give. */
export function CompanySignIn() {
  const { t } = useTranslation();
  const asked = query.useQuery("get", "/api/identity-provider");
  return (
    <Page narrow title={t("identity.title")} lead={t("identity.lead")}>
      {asked.error && <Failure error={asked.error} onRetry={() => asked.refetch()} />}
      {asked.isPending && <Loading />}
      {asked.data && <SetUp page={asked.data} />}
    </Page>
  );
}

function SetUp({ page }: { page: ProviderPage }) {
  const { t } = useTranslation();
  const mayWrite = may(useSession(), "settings.write");
  const [isBegun, setBegun] = useState(false);
  const { provider, people } = page;
  if (!provider && !isBegun)
    return (
      <Card>
        <Empty
          art={<LogIn aria-hidden size={28} strokeWidth={1.6} />}
          title={t("identity.none")}
          action={mayWrite && <Button onClick={() => setBegun(true)}>{t("identity.begin")}</Button>}
        >
          {t("identity.none.why")}
        </Empty>
      </Card>
    );
  return (
    <>
      <KnownThere back={page.back} logout={page.logout} />
      <ProviderForm key={provider?.changed_at ?? "new"} provider={provider} mayWrite={mayWrite} />
      {provider && mayWrite && <Tried />}
      {provider && (
        <Part title={t("identity.people")} why={t("identity.people.why", { count: provider.absent_days })}>
          {people.length === 0 ? (
            <Card padded>
              <Text size="sm">{t("identity.people.none")}</Text>
            </Card>
          ) : (
            <Rows label={t("identity.people")}>
              {people.map((each) => (
                <Row
                  key={each.id}
                  title={each.name}
                  below={each.email}
                  facts={
                    <Stack gap={0} align="flex-end">
                      <Text size="sm" c="dimmed" component="div">
                        <Moment at={each.seen_at} />
                      </Text>
                      {each.absent && <Text size="sm">{t("identity.people.absent")}</Text>}
                    </Stack>
                  }
                />
              ))}
            </Rows>
          )}
        </Part>
      )}
    </>
  );
}
