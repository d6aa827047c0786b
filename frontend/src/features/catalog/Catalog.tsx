import { Button, Text } from "@mantine/core";
import { Blocks, FileCode2, Plug, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type NodeTemplate, query } from "@/api/client";
import { ButtonLink } from "@/kit/ButtonLink";
import { Card, Page } from "@/kit/Page";
import { Row, Rows } from "@/kit/Rows";
import { may, useSession } from "@/kit/session";
import { Empty, Failure, Loading } from "@/kit/states";
import { TextLink } from "@/kit/TextLink";
import { FromOpenApi } from "./FromOpenApi";
import { OfferBadge } from "./OfferBadge";
import { shownOf, useTeamNames } from "./offers";

/** Every node template that the person may see, with the version that teams use, or else the newest. */
export function Catalog() {
  const { t } = useTranslation();
  const session = useSession();
  const asked = query.useQuery("get", "/api/node-templates");
  const [isReading, setReading] = useState(false);
  const mayWrite = may(session, "template.write");
  const names = useTeamNames();
  const templates = new Map<string, NodeTemplate[]>();
  for (const each of asked.data ?? []) templates.set(each.id, [...(templates.get(each.id) ?? []), each]);
  return (
    <Page
      title={t("catalog.title")}
      lead={t("catalog.lead")}
      actions={
        mayWrite && (
          <>
            <ButtonLink to="/catalog/servers" variant="default" leftSection={<Plug aria-hidden size={17} />}>
              {t("catalog.servers")}
            </ButtonLink>
            <Button
              variant="default"
              leftSection={<FileCode2 aria-hidden size={17} />}
              onClick={() => setReading(true)}
            >
              {t("catalog.openapi")}
            </Button>
            <ButtonLink to="/catalog/new" leftSection={<Plus aria-hidden size={17} />}>
              {t("catalog.new")}
            </ButtonLink>
          </>
        )
      }
    >
      {asked.error && <Failure error={asked.error} onRetry={() => asked.refetch()} />}
      {asked.isPending && <Loading />}
      {asked.data?.length === 0 && (
        <Card>
          <Empty art={<Blocks aria-hidden size={32} strokeWidth={1.5} />} title={t("catalog.none")}>
            {t(mayWrite ? "catalog.none.make" : "catalog.none.why")}
          </Empty>
        </Card>
      )}
      {templates.size > 0 && (
        <Rows label={t("catalog.title")}>
          {[...templates.values()].map((versions) => {
            const shown = shownOf(versions);
            const newest = versions[0] as NodeTemplate;
            return (
              <Row
                key={shown.id}
                sign={<Blocks aria-hidden size={20} strokeWidth={1.7} />}
                title={
                  <TextLink to="/catalog/$id" params={{ id: shown.id }}>
                    {shown.source.title}
                  </TextLink>
                }
                below={shown.source.summary}
                facts={
                  <>
                    <OfferBadge version={shown} />
                    {newest !== shown && (
                      <>
                        <Text size="sm">{t("catalog.version", { number: newest.number })}:</Text>
                        <OfferBadge version={newest} />
                      </>
                    )}
                    <Text size="sm" c="dimmed" w="100%">
                      {shown.key} · {names(shown)}
                    </Text>
                  </>
                }
              />
            );
          })}
        </Rows>
      )}
      {isReading && <FromOpenApi onClose={() => setReading(false)} />}
    </Page>
  );
}
