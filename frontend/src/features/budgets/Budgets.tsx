import { Button } from "@mantine/core";
import { Plus, Wallet } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Budget, query } from "@/api/client";
import { Card, Page } from "@/kit/Page";
import { Rows } from "@/kit/Rows";
import { may, useSession } from "@/kit/session";
import { Empty, Failure, Loading } from "@/kit/states";
import { BudgetForm } from "./BudgetForm";
import { BudgetRow } from "./BudgetRow";

/** What models may cost: everybody sees what bounds his own teams, who has a role in the organisation all of it. */
export function Budgets() {
  const { t } = useTranslation();
  const session = useSession();
  const mayWrite = may(session, "budget.write");
  const [shown, setShown] = useState<Budget | "new" | null>(null);
  const asked = query.useQuery("get", "/api/budgets");
  return (
    <Page
      title={t("budget.title")}
      lead={t("budget.lead")}
      actions={
        mayWrite && (
          <Button leftSection={<Plus aria-hidden size={17} />} onClick={() => setShown("new")}>
            {t("budget.make")}
          </Button>
        )
      }
    >
      {asked.error && <Failure error={asked.error} onRetry={() => asked.refetch()} />}
      {asked.isPending && <Loading />}
      {asked.data?.length === 0 && (
        <Card>
          <Empty art={<Wallet aria-hidden size={32} strokeWidth={1.5} />} title={t("budget.none")}>
            {t(session.org_roles.length > 0 ? "budget.none.why" : "budget.none.yours")}
          </Empty>
        </Card>
      )}
      {asked.data && asked.data.length > 0 && (
        <Rows label={t("budget.title")}>
          {asked.data.map((each) => (
            <BudgetRow key={each.id} budget={each} mayWrite={mayWrite} onEdit={() => setShown(each)} />
          ))}
        </Rows>
      )}
      {shown && <BudgetForm budget={shown === "new" ? null : shown} onClose={() => setShown(null)} />}
    </Page>
  );
}
