import { Badge, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { Card } from "@/kit/Page";
import { Row, Rows } from "@/kit/Rows";
import { Failure, Loading } from "@/kit/states";

/** The nodes that name a credential, by team and workflow. */
export function Reach({ credential }: { credential: string }) {
  const { t } = useTranslation();
  const asked = query.useQuery("get", "/api/credentials/{credential}/reach", { params: { path: { credential } } });
  if (asked.error) return <Failure error={asked.error} onRetry={() => asked.refetch()} />;
  if (!asked.data) return <Loading />;
  if (asked.data.length === 0) return <Card padded>{t("credential.reach.none")}</Card>;
  return (
    <Rows label={t("credential.reach")}>
      {asked.data.map((each) => (
        <Row
          key={`${each.workflow} ${each.node} ${each.live}`}
          title={each.workflow_name}
          below={
            <>
              {each.team} · {each.node} ({each.type})
            </>
          }
          facts={
            <>
              <Text size="sm">
                {each.live === null ? t("credential.reach.draft") : t("credential.reach.live", { number: each.live })}
              </Text>
              {!each.granted && <Badge color="red">{t("credential.reach.refused")}</Badge>}
            </>
          }
        />
      ))}
    </Rows>
  );
}
