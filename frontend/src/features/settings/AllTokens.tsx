import { Button, Group, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type ApiToken, query } from "@/api/client";
import { Rows } from "@/kit/Rows";
import { may, useSession } from "@/kit/session";
import { Failure, Loading } from "@/kit/states";
import { TokenRow } from "./TokenRow";
import { EndToken } from "./Tokens";

/** Everybody's API tokens, for those who look after the organisation. */
export function AllTokens() {
  const { t } = useTranslation();
  const session = useSession();
  const [ending, setEnding] = useState<ApiToken | null>(null);
  const asked = query.useInfiniteQuery(
    "get",
    "/api/organisation/tokens",
    { params: { query: { size: 20 } } },
    {
      pageParamName: "cursor",
      initialPageParam: null as string | null,
      getNextPageParam: (last: { next: string | null }) => last.next,
    },
  );
  if (asked.error) return <Failure error={asked.error} onRetry={() => asked.refetch()} />;
  if (!asked.data) return <Loading />;
  const tokens = asked.data.pages.flatMap((page) => page.items);
  if (tokens.length === 0) return <Text c="dimmed">{t("token.all.none")}</Text>;
  return (
    <>
      <Rows label={t("token.all")}>
        {tokens.map((token) => (
          <TokenRow
            key={token.id}
            token={token}
            who
            acts={
              may(session, "organisation.write") && (
                <Button
                  size="xs"
                  variant="default"
                  aria-label={t("token.end.whose", { name: token.name, person: token.person })}
                  onClick={() => setEnding(token)}
                >
                  {t("token.end")}
                </Button>
              )
            }
          />
        ))}
      </Rows>
      {asked.hasNextPage && (
        <Group justify="center" mt="sm">
          <Button variant="default" loading={asked.isFetchingNextPage} onClick={() => asked.fetchNextPage()}>
            {t("kit.more")}
          </Button>
        </Group>
      )}
      {ending && <EndToken token={ending} isAny onClose={() => setEnding(null)} />}
    </>
  );
}
