import { Badge, Button, Text } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { query, type WorkflowRow } from "@/api/client";
import type { components } from "@/api/schema";
import { announce } from "@/kit/announce";
import { ButtonLink } from "@/kit/ButtonLink";
import { Confirm } from "@/kit/Confirm";
import { Moment } from "@/kit/Moment";
import { Page, Part } from "@/kit/Page";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { may, useSession } from "@/kit/session";
import { useStale } from "@/kit/stale";
import { Empty, Failure, Loading } from "@/kit/states";
import { DraftHistory } from "./DraftHistory";
import { download } from "./download";
import { RequestList } from "./RequestList";
import { useRestore } from "./useRestore";
import classes from "./versions.module.css";

type Version = components["schemas"]["VersionView"];

/** Every version with its note, who made it and what it was for; and every state in which the draft was. */
export function Versions() {
  const { t } = useTranslation();
  const { id } = useParams({ from: "/inside/workflows/$id/versions" });
  const workflow = query.useQuery("get", "/api/workflows/{workflow}", { params: { path: { workflow: id } } });
  if (workflow.error) return <Failure error={workflow.error} onRetry={() => workflow.refetch()} />;
  if (!workflow.data) return <Loading lines={5} />;
  return (
    <Page
      title={t("versions.of", { name: workflow.data.name })}
      lead={workflow.data.purpose}
      actions={
        <ButtonLink to="/workflows/$id" params={{ id }}>
          {t("start.open")}
        </ButtonLink>
      }
    >
      <RequestList workflow={id} />
      <Part title={t("versions.title")}>
        <Published row={workflow.data} />
      </Part>
      <Part title={t("drafts.title")} why={t("drafts.why")}>
        <DraftHistory row={workflow.data} />
      </Part>
    </Page>
  );
}

function Published({ row }: { row: WorkflowRow }) {
  const { t } = useTranslation();
  const refresh = useStale("/api/workflows", "/api/publish-requests");
  const [problem, setProblem] = useState<unknown>(null);
  const [back, setBack] = useState<Version | null>(null);
  const { restore, problem: unrestored, isBusy } = useRestore(row);
  const asked = query.useInfiniteQuery(
    "get",
    "/api/workflows/{workflow}/versions",
    { params: { path: { workflow: row.id } } },
    {
      pageParamName: "cursor",
      initialPageParam: null as string | null,
      getNextPageParam: (page) => page.next ?? undefined,
    },
  );
  const live = query.useMutation("post", "/api/workflows/{workflow}/versions/{number}/live", {
    onSuccess: async (version) => {
      setBack(null);
      await refresh();
      announce(t("publish.live", { number: version.number }));
    },
  });
  if (asked.error) return <Failure error={asked.error} onRetry={() => asked.refetch()} />;
  if (!asked.data) return <Loading />;
  const versions = asked.data.pages.flatMap((page) => page.items);
  if (versions.length === 0) return <Empty title={t("versions.none")}>{t("versions.none.why")}</Empty>;
  return (
    <>
      <ProblemAlert error={problem ?? unrestored} />
      <ul className={classes.rows}>
        {versions.map((version, at) => (
          <VersionItem
            key={version.number}
            row={row}
            version={version}
            before={versions[at + 1]?.number}
            isBusy={isBusy}
            onBack={() => setBack(version)}
            onRestore={() => restore({ version: version.number })}
            onSave={async () => setProblem(await download(row.id, version.number))}
          />
        ))}
      </ul>
      {asked.hasNextPage && (
        <Button variant="default" mt="sm" loading={asked.isFetchingNextPage} onClick={() => asked.fetchNextPage()}>
          {t("kit.more")}
        </Button>
      )}
      {back && (
        <Confirm
          title={t("versions.back.what", { number: back.number })}
          act={t("versions.back")}
          isGentle
          isBusy={live.isPending}
          error={live.error}
          onClose={() => {
            live.reset();
            setBack(null);
          }}
          onConfirm={() => live.mutate({ params: { path: { workflow: row.id, number: back.number } } })}
        >
          {t("versions.back.why")}
        </Confirm>
      )}
    </>
  );
}

const COLOURS: Record<string, string> = { live: "green", candidate: "yellow", retired: "gray" };

function VersionItem({
  row,
  version,
  before,
  isBusy,
  onBack,
  onRestore,
  onSave,
}: {
  row: WorkflowRow;
  version: Version;
  before: number | undefined;
  isBusy: boolean;
  onBack: () => void;
  onRestore: () => void;
  onSave: () => void;
}) {
  const { t, i18n } = useTranslation();
  const session = useSession();
  const say = t as unknown as (key: string) => string;
  const mayWrite = may(session, "workflow.write", row.team.id) && !row.archived;
  const mayPublish = may(session, "publish.do", row.team.id) && !row.archived;
  const others = version.authors.filter((author) => author.id !== version.made_by.id).map((author) => author.name);
  return (
    <li className={classes.row}>
      <div className={classes.number}>
        {t("versions.number", { number: version.number })}
        <Badge color={COLOURS[version.state] ?? "gray"}>{say(`version.${version.state}`)}</Badge>
      </div>
      <div className={classes.note}>
        <Text fw={550}>{version.note || t("versions.noNote")}</Text>
        <Text size="sm" c="dimmed" component="div">
          {version.made_by.name} · <Moment at={version.made_at} />
          {others.length > 0 &&
            ` · ${t("versions.with", { names: new Intl.ListFormat(i18n.language).format(others) })}`}
          {` · ${t(`stage.${version.stage}`)}`}
          {` · ${t("publish.risk", { risk: say(`risk.${version.risk}`) })}`}
        </Text>
      </div>
      <div className={classes.acts}>
        <ButtonLink
          size="xs"
          variant="default"
          to="/workflows/$id/compare"
          params={{ id: row.id }}
          search={before === undefined ? { from: version.number } : { from: before, to: version.number }}
        >
          {before === undefined ? t("versions.compareDraft") : t("versions.compare", { number: before })}
        </ButtonLink>
        {mayWrite && (
          <Button size="xs" variant="default" loading={isBusy} onClick={onRestore}>
            {t("versions.restore")}
          </Button>
        )}
        <Button size="xs" variant="default" onClick={onSave}>
          {t("workflows.export")}
        </Button>
        {mayPublish && version.state === "retired" && version.live_at !== null && (
          <Button size="xs" onClick={onBack}>
            {t("versions.back")}
          </Button>
        )}
      </div>
    </li>
  );
}
