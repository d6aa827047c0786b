import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { Moment } from "@/kit/Moment";
import { Card } from "@/kit/Page";
import { Row, Rows } from "@/kit/Rows";
import { Failure, Loading } from "@/kit/states";

/** The readable part of who: of `0k3… Ann Example <ann@example.org>` the name. */
const nameOf = (who: string): string => /^[0-7][0-9a-z]{12} (.+) <[^<>]*>$/.exec(who)?.[1] ?? who;

/** Who used a credential, the newest first. */
export function Uses({ credential }: { credential: string }) {
  const { t } = useTranslation();
  const asked = query.useInfiniteQuery(
    "get",
    "/api/credentials/{credential}/uses",
    { params: { path: { credential }, query: { size: 20 } } },
    { initialPageParam: null as string | null, getNextPageParam: (last: { next: string | null }) => last.next },
  );
  if (asked.error) return <Failure error={asked.error} onRetry={() => asked.refetch()} />;
  if (!asked.data) return <Loading />;
  const rows = asked.data.pages.flatMap((page) => page.items);
  if (rows.length === 0) return <Card padded>{t("credential.uses.none")}</Card>;
  return (
    <>
      <Rows label={t("credential.uses")}>
        {rows.map((each, at) => (
          <Row
            // biome-ignore lint/suspicious/noArrayIndexKey: a use has no name of its own, and none is ever moved
            key={at}
            title={t(`credential.way.${each.way}` as "credential.way.sign")}
            below={[nameOf(each.who), each.team, each.path, each.host].filter(Boolean).join(" · ")}
            acts={<Moment at={each.at} />}
          />
        ))}
      </Rows>
      {asked.hasNextPage && (
        <Button variant="default" mt="md" loading={asked.isFetchingNextPage} onClick={() => asked.fetchNextPage()}>
          {t("kit.more")}
        </Button>
      )}
    </>
  );
}
