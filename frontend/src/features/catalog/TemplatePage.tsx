import { Alert, Select, Text } from "@mantine/core";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type NodeTemplate, query } from "@/api/client";
import { Card, Page, Part } from "@/kit/Page";
import { Empty, Failure, Loading } from "@/kit/states";
import { TextLink } from "@/kit/TextLink";
import { sayTried } from "@/kit/tried";
import { Acts } from "./Acts";
import classes from "./catalog.module.css";
import { OfferBadge } from "./OfferBadge";
import { sayChanged, sayPart, shownOf, useSettingNames, useTeamNames } from "./offers";
import { Said } from "./Said";

/** One node template: what is set and what is open, for whom it is, where it is used, and what can be done next. */
export function TemplatePage() {
  const { t } = useTranslation();
  const { id } = useParams({ from: "/inside/catalog/$id" });
  const { version } = useSearch({ from: "/inside/catalog/$id" });
  const navigate = useNavigate();
  const names = useTeamNames();
  const asked = query.useQuery("get", "/api/node-templates");
  if (asked.error) return <Failure error={asked.error} onRetry={() => asked.refetch()} />;
  if (!asked.data) return <Loading />;
  const versions = asked.data.filter((each) => each.id === id);
  if (versions.length === 0) return <Empty title={t("shell.notFound")}>{t("shell.notFound.why")}</Empty>;
  const shown = versions.find((each) => each.number === version) ?? shownOf(versions);
  const open = (number: number): void => {
    navigate({ to: "/catalog/$id", params: { id }, search: { version: number } });
  };
  return (
    <Page
      title={shown.source.title}
      lead={
        <>
          <TextLink to="/catalog">{t("catalog.title")}</TextLink> · {shown.key}
        </>
      }
      actions={
        <>
          <Select
            aria-label={t("catalog.whichVersion")}
            value={String(shown.number)}
            onChange={(number) => number && open(Number(number))}
            data={versions.map((each) => ({
              value: String(each.number),
              label: `${t("catalog.version", { number: each.number })} · ${t(`catalog.state.${each.state}`)}`,
            }))}
            w={220}
          />
          <OfferBadge version={shown} />
        </>
      }
    >
      <Text maw="72ch" mb="lg">
        {shown.source.summary}
      </Text>
      {shown.problem && shown.state !== "revoked" && (
        <Alert color="red" mb="lg" title={t("catalog.stopped.title")}>
          {sayTried(shown.problem, t)} {t("catalog.stopped.why")}
        </Alert>
      )}
      {shown.reason && (
        <Alert color={shown.state === "revoked" ? "red" : "yellow"} mb="lg" title={t(`catalog.reason.${shown.state}`)}>
          {shown.reason}
        </Alert>
      )}
      <Acts key={`${shown.number} ${shown.state}`} shown={shown} onOther={open} />
      <Said source={shown.source} />
      <Part title={t("catalog.teams")}>
        <Card padded>{names(shown)}</Card>
      </Part>
      <Uses shown={shown} />
      {shown.number > 1 && versions.some(({ number }) => number === shown.number - 1) && <Changes shown={shown} />}
      <Part title={t("catalog.life")}>
        <Card padded>
          <Life shown={shown} />
        </Card>
      </Part>
    </Page>
  );
}

function Uses({ shown }: { shown: NodeTemplate }) {
  const { t } = useTranslation();
  const asked = query.useQuery("get", "/api/node-types/{key}/uses", { params: { path: { key: shown.key } } });
  return (
    <Part title={t("catalog.uses")}>
      <Card padded>
        {asked.error && <Failure error={asked.error} onRetry={() => asked.refetch()} />}
        {asked.data?.length === 0 && <Text c="dimmed">{t("catalog.uses.none")}</Text>}
        <ul className={classes.life}>
          {asked.data?.map((each) => (
            <li key={each.workflow}>
              <TextLink to="/workflows/$id" params={{ id: each.workflow }}>
                {each.name}
              </TextLink>{" "}
              · {each.team} · {each.live ? t("catalog.uses.live", { number: each.live }) : t("catalog.uses.draft")}
            </li>
          ))}
        </ul>
      </Card>
    </Part>
  );
}

function Changes({ shown }: { shown: NodeTemplate }) {
  const { t } = useTranslation();
  const { nameOf } = useSettingNames(shown.source.base);
  const since = shown.number - 1;
  const asked = query.useQuery("get", "/api/node-templates/{template}/versions/{number}/changes", {
    params: { path: { template: shown.id, number: shown.number }, query: { since } },
  });
  return (
    <Part title={t("catalog.changes", { number: since })}>
      <Card padded>
        {asked.error && <Failure error={asked.error} onRetry={() => asked.refetch()} />}
        {asked.data?.length === 0 && <Text c="dimmed">{t("catalog.changes.none")}</Text>}
        <table className={classes.set}>
          <tbody>
            {asked.data?.map(({ field, before, after }) => (
              <tr key={field}>
                <th scope="row">{sayPart(field, nameOf, t)}</th>
                <td>
                  {before !== null && before !== undefined && <del>{sayChanged(field, before, t)}</del>}{" "}
                  {after !== null && after !== undefined && <ins>{sayChanged(field, after, t)}</ins>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Card>
    </Part>
  );
}

function Life({ shown }: { shown: NodeTemplate }) {
  const { t, i18n } = useTranslation();
  const day = (text: string): string =>
    new Intl.DateTimeFormat(i18n.language, { dateStyle: "long" }).format(new Date(text));
  const { kind, api = "", operation = "", tool = "" } = (shown.source.origin ?? {}) as Record<string, string>;
  const made = { openapi: t("catalog.from.openapi", { api, operation }), mcp: t("catalog.from.mcp", { tool }) };
  const from = kind === "openapi" || kind === "mcp" ? made[kind] : "";
  return (
    <ul className={classes.life}>
      <li>{t("catalog.madeBy", { who: shown.made_by, day: day(shown.made_at) })}</li>
      {shown.proposed_by && <li>{t("catalog.proposedBy", { who: shown.proposed_by })}</li>}
      {shown.approved_by && <li>{t("catalog.approvedBy", { who: shown.approved_by })}</li>}
      <li>{t("catalog.changedBy", { who: shown.changed_by, day: day(shown.changed_at) })}</li>
      {from ? <li>{from}</li> : shown.note && <li>{shown.note}</li>}
    </ul>
  );
}
