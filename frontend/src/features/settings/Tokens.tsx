import { Button, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type ApiToken, query } from "@/api/client";
import { announce } from "@/kit/announce";
import { Confirm } from "@/kit/Confirm";
import { Part } from "@/kit/Page";
import { Rows } from "@/kit/Rows";
import { useStale } from "@/kit/stale";
import { Empty, Failure, Loading } from "@/kit/states";
import { MakeToken } from "./MakeToken";
import { TokenRow } from "./TokenRow";

/** My API tokens: made, copied once, ended. */
export function Tokens() {
  const { t } = useTranslation();
  const [isMaking, setMaking] = useState(false);
  const [ending, setEnding] = useState<ApiToken | null>(null);
  const asked = query.useQuery("get", "/api/tokens");
  const canMake = (asked.data?.grantable.length ?? 0) > 0;
  const make = canMake && (
    <Button variant="default" onClick={() => setMaking(true)}>
      {t("token.make")}
    </Button>
  );
  return (
    <Part
      title={t("token.title")}
      why={t("token.why")}
      actions={asked.data && asked.data.items.length > 0 ? make : undefined}
    >
      {asked.error ? (
        <Failure error={asked.error} onRetry={() => asked.refetch()} />
      ) : !asked.data ? (
        <Loading />
      ) : asked.data.items.length === 0 ? (
        <Empty title={t("token.none")} action={make || undefined}>
          {t(canMake ? "token.none.why" : "token.none.role")}
        </Empty>
      ) : (
        <Rows label={t("token.title")}>
          {asked.data.items.map((token) => (
            <TokenRow
              key={token.id}
              token={token}
              acts={
                <Button
                  size="xs"
                  variant="default"
                  aria-label={t("token.end.what", { name: token.name })}
                  onClick={() => setEnding(token)}
                >
                  {t("token.end")}
                </Button>
              }
            />
          ))}
        </Rows>
      )}
      {isMaking && asked.data && <MakeToken grantable={asked.data.grantable} onClose={() => setMaking(false)} />}
      {ending && <EndToken token={ending} onClose={() => setEnding(null)} />}
    </Part>
  );
}

/** Asks before a token is ended; whatever uses it stops working at once. */
export function EndToken({ token, isAny = false, onClose }: { token: ApiToken; isAny?: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const stale = useStale("/api/tokens", "/api/organisation/tokens");
  const done = {
    onSuccess: async () => {
      await stale();
      announce(t("token.end.done"));
      onClose();
    },
  };
  const own = query.useMutation("delete", "/api/tokens/{number}", done);
  const any = query.useMutation("delete", "/api/organisation/tokens/{number}", done);
  const params = { params: { path: { number: token.id } } };
  return (
    <Confirm
      title={t("token.end.what", { name: token.name })}
      act={t("token.end")}
      isBusy={own.isPending || any.isPending}
      error={own.error ?? any.error}
      onConfirm={() => (isAny ? any.mutate(params) : own.mutate(params))}
      onClose={onClose}
    >
      <Text>{t("token.end.why")}</Text>
    </Confirm>
  );
}
