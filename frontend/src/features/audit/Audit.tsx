import { Button } from "@mantine/core";
import { useSearch } from "@tanstack/react-router";
import { ScrollText, ShieldCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { Card, Page } from "@/kit/Page";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { Empty, Failure, Loading } from "@/kit/states";
import { AuditFilters } from "./AuditFilters";
import { Events } from "./Events";
import { Verified } from "./Verified";

/** Who did what, the newest first; anybody who may read it may check that nothing was changed afterwards. */
export function Audit() {
  const { t } = useTranslation();
  const { since, ...words } = useSearch({ from: "/inside/audit" });
  const from = since && !Number.isNaN(Date.parse(since)) ? new Date(`${since}T00:00`).toISOString() : undefined;
  const events = query.useInfiniteQuery(
    "get",
    "/api/audit",
    { params: { query: { ...words, ...(from && { since: from }), size: 50 } } },
    { initialPageParam: null as string | null, getNextPageParam: (last: { next: string | null }) => last.next },
  );
  const verify = query.useMutation("post", "/api/audit/verify", { onSuccess: () => events.refetch() });
  const rows = events.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page
      title={t("audit.title")}
      lead={t("audit.lead")}
      actions={
        <Button
          variant="default"
          leftSection={<ShieldCheck aria-hidden size={17} />}
          loading={verify.isPending}
          onClick={() => verify.mutate({})}
        >
          {t("audit.verify")}
        </Button>
      }
    >
      <ProblemAlert error={verify.error} />
      {verify.data && <Verified found={verify.data} />}
      <AuditFilters />
      {events.error && <Failure error={events.error} onRetry={() => events.refetch()} />}
      {events.isPending && <Loading lines={8} />}
      {events.data && rows.length === 0 && (
        <Card>
          <Empty art={<ScrollText aria-hidden size={30} strokeWidth={1.6} />} title={t("audit.none")}>
            {t("audit.none.why")}
          </Empty>
        </Card>
      )}
      {rows.length > 0 && <Events events={rows} />}
      {events.hasNextPage && (
        <Button variant="default" mt="md" loading={events.isFetchingNextPage} onClick={() => events.fetchNextPage()}>
          {t("kit.more")}
        </Button>
      )}
    </Page>
  );
}
