import { Alert, Button, Select, Switch, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Plus, Search } from "lucide-react";
import { type KeyboardEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { query, type WorkflowRow } from "@/api/client";
import { useKeys } from "@/kit/keys";
import { Page } from "@/kit/Page";
import { may, useSession } from "@/kit/session";
import { Empty, Failure, Loading } from "@/kit/states";
import { TextLink } from "@/kit/TextLink";
import { NewWorkflow } from "./NewWorkflow";
import { WorkflowItem } from "./WorkflowItem";
import classes from "./workflows.module.css";

const STAGES = ["sandbox", "pilot", "production"] as const;
type Stage = (typeof STAGES)[number];

/** Every workflow that one may read; what is looked for stands in the address. */
export function WorkflowList() {
  const { t } = useTranslation();
  const session = useSession();
  const search = useSearch({ from: "/inside/workflows" });
  const navigate = useNavigate();
  const [isMaking, setMaking] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const mayWrite = may(session, "workflow.write");
  const set = (change: Partial<typeof search>): void => {
    const wanted = Object.entries({ ...search, ...change }).filter(([, value]) => value);
    navigate({ to: "/workflows", search: Object.fromEntries(wanted), replace: true });
  };
  const setWords = useDebouncedCallback((q: string) => set({ q }), 250);
  useKeys({ "/": () => field.current?.focus(), ...(mayWrite && { n: () => setMaking(true) }) });
  const asked = query.useInfiniteQuery(
    "get",
    "/api/workflows",
    {
      params: {
        query: {
          q: search.q,
          team: search.team,
          stage: STAGES.find((stage) => stage === search.stage),
          archived: search.archived === "yes",
        },
      },
    },
    {
      pageParamName: "cursor",
      initialPageParam: null as string | null,
      getNextPageParam: (page) => page.next ?? undefined,
      placeholderData: (before) => before,
    },
  );
  const rows = asked.data?.pages.flatMap((page) => page.items) ?? [];
  const isFiltered = Object.keys(search).length > 0;
  return (
    <Page
      title={t("workflows.title")}
      lead={t("workflows.lead")}
      actions={
        mayWrite && (
          <Button leftSection={<Plus aria-hidden size={17} />} onClick={() => setMaking(true)}>
            {t("home.newWorkflow")}
          </Button>
        )
      }
    >
      <Waiting />
      <search className={classes.filters}>
        <TextInput
          ref={field}
          className={classes.words}
          aria-label={t("workflows.search")}
          placeholder={t("workflows.search")}
          leftSection={<Search aria-hidden size={16} />}
          defaultValue={search.q ?? ""}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
        {session.teams.length > 1 && (
          <Select
            aria-label={t("workflows.team")}
            placeholder={t("workflows.team.all")}
            clearable
            clearButtonProps={{ "aria-label": t("form.clear", { field: t("workflows.team") }) }}
            data={session.teams.map((team) => ({ value: team.id, label: team.name }))}
            value={search.team ?? null}
            onChange={(team) => set({ team: team ?? undefined })}
          />
        )}
        <Select
          aria-label={t("workflows.stage")}
          placeholder={t("workflows.stage.all")}
          clearable
          clearButtonProps={{ "aria-label": t("form.clear", { field: t("workflows.stage") }) }}
          data={STAGES.map((stage) => ({ value: stage, label: t(`stage.${stage}`) }))}
          value={search.stage ?? null}
          onChange={(stage) => set({ stage: (stage as Stage | null) ?? undefined })}
        />
        <Switch
          label={t("workflows.archived")}
          checked={search.archived === "yes"}
          onChange={(event) => set({ archived: event.currentTarget.checked ? "yes" : undefined })}
        />
      </search>
      {asked.error && <Failure error={asked.error} onRetry={() => asked.refetch()} />}
      {asked.isPending && <Loading lines={6} />}
      {asked.data && rows.length === 0 && (
        <Empty
          title={t(isFiltered ? "workflows.nothing" : "home.workflows.none")}
          action={
            isFiltered ? (
              <Button variant="default" onClick={() => navigate({ to: "/workflows", search: {} })}>
                {t("workflows.all")}
              </Button>
            ) : (
              mayWrite && <Button onClick={() => setMaking(true)}>{t("home.newWorkflow")}</Button>
            )
          }
        >
          {isFiltered ? t("workflows.nothing.why") : t("home.workflows.none.why")}
        </Empty>
      )}
      {rows.length > 0 && <Rows rows={rows} />}
      {asked.hasNextPage && (
        <Button
          variant="default"
          mt="md"
          loading={asked.isFetchingNextPage}
          onClick={() => asked.fetchNextPage()}
          className={classes.more}
        >
          {t("kit.more")}
        </Button>
      )}
      {isMaking && <NewWorkflow onClose={() => setMaking(false)} />}
    </Page>
  );
}

/** That something waits for somebody's word to go live. */
function Waiting() {
  const { t } = useTranslation();
  const asked = query.useQuery("get", "/api/publish-requests", {});
  const count = asked.data?.length ?? 0;
  if (count === 0) return null;
  return (
    <Alert color="accent" mb="md" py={8}>
      <TextLink to="/publish-requests">{t("requests.count", { count })}</TextLink>
    </Alert>
  );
}

/** The arrows go from row to row; Enter opens. */
function Rows({ rows }: { rows: WorkflowRow[] }) {
  const { t } = useTranslation();
  const onKeyDown = (event: KeyboardEvent<HTMLUListElement>): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (!step || !(event.target as HTMLElement).matches("[data-row]")) return;
    const links = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-row]")];
    links[links.indexOf(event.target as HTMLElement) + step]?.focus();
    event.preventDefault();
  };
  return (
    <ul className={classes.rows} aria-label={t("workflows.title")} onKeyDown={onKeyDown}>
      {rows.map((row) => (
        <WorkflowItem key={row.id} row={row} />
      ))}
    </ul>
  );
}
