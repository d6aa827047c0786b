import { Badge } from "@mantine/core";
import { KeyRound } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ApiToken } from "@/api/client";
import { Moment } from "@/kit/Moment";
import { Row } from "@/kit/Rows";
import { inOrder, useNameOfPermission } from "./permissions";

/** A token, as far as it is ever shown again. */
export function TokenRow({ token, who = false, acts }: { token: ApiToken; who?: boolean; acts?: ReactNode }) {
  const { t } = useTranslation();
  const nameOf = useNameOfPermission();
  const ended = token.ended_at ?? (token.holds ? null : token.ends_at);
  return (
    <Row
      sign={<KeyRound aria-hidden size={20} strokeWidth={1.7} />}
      title={
        <>
          {token.name}
          {!token.holds && <Badge color="gray">{t(token.ended_at ? "token.ended" : "token.over")}</Badge>}
        </>
      }
      below={
        <>
          {who && (
            <div>
              {token.person} · {token.email}
            </div>
          )}
          <div>
            {inOrder(token.permissions).map(nameOf).join(" · ")} ·{" "}
            {token.team ?? t(who ? "token.everywhere" : "token.everywhere.mine")}
          </div>
          <div>
            …{token.ending} · {t(ended ? "token.endedAt" : "token.endsAt")} <Moment at={ended ?? token.ends_at} /> ·{" "}
            {token.seen_at ? (
              <>
                {t("token.seen")} <Moment at={token.seen_at} /> {t("token.seenFrom", { address: token.seen_from })}
              </>
            ) : (
              t("token.unused")
            )}
          </div>
        </>
      }
      acts={token.holds && acts}
    />
  );
}
