import { Button, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { query, type WorkflowRow } from "@/api/client";
import { Moment } from "@/kit/Moment";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { may, useSession } from "@/kit/session";
import { Failure, Loading } from "@/kit/states";
import { useRestore } from "./useRestore";
import classes from "./versions.module.css";

/** The states in which the draft was; taking one again makes it the next one, and loses nothing. */
export function DraftHistory({ row }: { row: WorkflowRow }) {
  const { t } = useTranslation();
  const session = useSession();
  const { restore, problem, isBusy } = useRestore(row);
  const asked = query.useInfiniteQuery(
    "get",
    "/api/workflows/{workflow}/draft/history",
    { params: { path: { workflow: row.id }, query: { size: 12 } } },
    {
      pageParamName: "cursor",
      initialPageParam: null as string | null,
      getNextPageParam: (page) => page.next ?? undefined,
    },
  );
  if (asked.error) return <Failure error={asked.error} onRetry={() => asked.refetch()} />;
  if (!asked.data) return <Loading />;
  const revisions = asked.data.pages.flatMap((page) => page.items);
  const mayWrite = may(session, "workflow.write", row.team.id) && !row.archived;
  return (
    <>
      <ProblemAlert error={problem} />
      <ul className={classes.rows}>
        {revisions.map((each, at) => (
          <li key={each.revision} className={classes.row}>
            <div className={classes.number}>{t("drafts.number", { number: each.revision })}</div>
            <Text size="sm" component="div" className={classes.note}>
              {each.saved_by.name} · <Moment at={each.saved_at} />
              {each.note && ` · ${each.note}`}
            </Text>
            <div className={classes.acts}>
              {at === 0 ? (
                <Text size="sm" c="dimmed">
                  {t("drafts.now")}
                </Text>
              ) : (
                mayWrite && (
                  <Button
                    size="xs"
                    variant="default"
                    loading={isBusy}
                    onClick={() => restore({ revision: each.revision })}
                  >
                    {t("drafts.restore")}
                  </Button>
                )
              )}
            </div>
          </li>
        ))}
      </ul>
      {asked.hasNextPage && (
        <Button variant="default" mt="sm" loading={asked.isFetchingNextPage} onClick={() => asked.fetchNextPage()}>
          {t("kit.more")}
        </Button>
      )}
    </>
  );
}
