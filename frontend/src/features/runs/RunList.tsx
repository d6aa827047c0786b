import { Button } from "@mantine/core";
import { Link, useSearch } from "@tanstack/react-router";
import { Waypoints } from "lucide-react";
import { lazy, Suspense, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { query, type RunRow, type RunState } from "@/api/client";
import { amount, lasting, timeOf } from "@/kit/dates";
import { Moment } from "@/kit/Moment";
import { Card, Page } from "@/kit/Page";
import { StateWord } from "@/kit/StateWord";
import { Empty, Failure, Loading } from "@/kit/states";
import { sayWhy } from "@/kit/whys";
import { Filters, isFiltered, momentOf, type RunSearch } from "./Filters";
import classes from "./RunList.module.css";
import { useNow } from "./useNow";

const HaltedWords = lazy(() => import("./Halted").then((file) => ({ default: file.HaltedWords })));

const AT_ONCE = 50;

/** Every run that I may know of, the newest first; the filters stand in the address. */
export function RunList() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/inside/runs" });
  const { since, state, mode, ...words } = search;
  const from = useMemo(() => momentOf(since), [since]);
  const runs = query.useInfiniteQuery(
    "get",
    "/api/runs",
    {
      params: {
        query: {
          ...words,
          ...(state && { state: state as RunState }),
          ...(mode && { mode: mode as RunRow["mode"] }),
          ...(from && { since: from }),
          size: AT_ONCE,
        },
      },
    },
    { initialPageParam: null, getNextPageParam: (last: { next: string | null }) => last.next },
  );
  const rows = runs.data?.pages.flatMap((page) => page.items) ?? [];
  const now = useNow(rows.some((row) => row.ended_at === null));
  return (
    <Page title={t("runs.title")}>
      <Filters search={search} />
      <Card>
        {runs.isPending && <Loading lines={8} />}
        {runs.error && <Failure error={runs.error} onRetry={() => runs.refetch()} />}
        {runs.data && rows.length === 0 && <Nothing search={search} />}
        {rows.length > 0 && <Table rows={rows} now={now} />}
      </Card>
      {runs.hasNextPage && (
        <Button variant="default" mt="md" loading={runs.isFetchingNextPage} onClick={() => runs.fetchNextPage()}>
          {t("kit.more")}
        </Button>
      )}
    </Page>
  );
}

function Nothing({ search }: { search: RunSearch }) {
  const { t } = useTranslation();
  if (isFiltered(search))
    return (
      <Empty
        title={t("runs.nothing")}
        action={
          <Button component={Link} to="/runs" variant="default">
            {t("runs.showAll")}
          </Button>
        }
      >
        {t("runs.nothing.why")}
      </Empty>
    );
  return (
    <Empty art={<Waypoints aria-hidden size={30} strokeWidth={1.6} />} title={t("runs.none")}>
      {t("runs.none.why")}
    </Empty>
  );
}

function Table({ rows, now }: { rows: RunRow[]; now: number }) {
  const { t, i18n } = useTranslation();
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">{t("runs.state")}</th>
          <th scope="col">{t("runs.workflow")}</th>
          <th scope="col">{t("runs.starter")}</th>
          <th scope="col">{t("runs.started")}</th>
          <th scope="col" className={classes.number}>
            {t("runs.lasted")}
          </th>
          <th scope="col" className={classes.number}>
            {t("runs.cost")}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((run) => (
          <tr key={run.id}>
            <td>
              <StateWord state={run.uncertain ? "uncertain" : run.state} />
            </td>
            <th scope="row" className={classes.main}>
              <Link to="/runs/$id" params={{ id: run.id }} className={classes.name}>
                {run.name}
              </Link>
              {run.version !== null && (
                <span className={classes.aside}>{t("runs.version", { number: run.version })}</span>
              )}
              {run.mode !== "live" && <span className={classes.mode}>{t(`runs.mode.${run.mode}`)}</span>}
              {run.halted && (
                <Suspense>
                  <span className={classes.why}>
                    <HaltedWords halt={run.halted} />
                  </span>
                </Suspense>
              )}
              {run.why && !run.halted && <span className={classes.why}>{sayWhy(run.why, t)}</span>}
            </th>
            <td>
              {run.starter.name}
              <StartedBy run={run} />
            </td>
            <td>
              <Moment at={run.started_at} />
            </td>
            <td className={classes.number}>{lasting(timeOf(run, now), i18n.language)}</td>
            <td className={classes.number}>{run.cost > 0 ? amount(run.cost, i18n.language) : "–"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The trigger that started a run, by the name that it had then; behind it stand all runs that it started. */
function StartedBy({ run }: { run: RunRow }) {
  const { t } = useTranslation();
  const by = run.started_by;
  if (!by?.name || by.kind === "form") return null;
  const say = t as unknown as (key: string, options: object) => string;
  const words = say(`run.by.${by.kind}`, { name: by.name });
  if (!by.id || !run.workflow) return <span className={classes.by}>{words}</span>;
  return (
    <Link
      to="/runs"
      search={{ workflow: run.workflow.id, trigger: by.id }}
      className={classes.by}
      title={t("runs.trigger.only", { name: by.name })}
    >
      {words}
    </Link>
  );
}
