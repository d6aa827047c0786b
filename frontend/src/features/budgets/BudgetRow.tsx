import { Badge, Button, Group } from "@mantine/core";
import { Ban, Cpu, House, TriangleAlert, UsersRound, Workflow } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Budget, query } from "@/api/client";
import { announce } from "@/kit/announce";
import { Confirm } from "@/kit/Confirm";
import { amount, regional } from "@/kit/dates";
import { Row } from "@/kit/Rows";
import { useStale } from "@/kit/stale";
import { TextLink } from "@/kit/TextLink";
import { Bar } from "./Bar";
import classes from "./budgets.module.css";

const SIGNS = { organisation: House, team: UsersRound, workflow: Workflow, connection: Cpu } as const;

type Props = { budget: Budget; mayWrite: boolean; onEdit: () => void };

/** One budget: for what, how much of it is spent, until when, and who can raise it. */
export function BudgetRow({ budget, mayWrite, onEdit }: Props) {
  const { t, i18n } = useTranslation();
  const [isEnding, setEnding] = useState(false);
  const Sign = SIGNS[budget.scope];
  const count = new Intl.NumberFormat(regional(i18n.language));
  const until = new Intl.DateTimeFormat(regional(i18n.language), { dateStyle: "long", timeZone: "UTC" });
  return (
    <Row
      sign={<Sign aria-hidden size={20} strokeWidth={1.7} />}
      title={
        <Group gap="xs" component="span">
          {budget.name}
          {budget.standing === "near" && (
            <Badge color="yellow" leftSection={<TriangleAlert aria-hidden size={12} />}>
              {t("budget.standing.near")}
            </Badge>
          )}
          {budget.standing === "used_up" && (
            <Badge color="red" leftSection={<Ban aria-hidden size={12} />}>
              {t("budget.standing.used_up")}
            </Badge>
          )}
        </Group>
      }
      below={
        <>
          <div>
            <About budget={budget} /> · {t(`budget.period.${budget.period}`)}
          </div>
          <div className={classes.bars}>
            {budget.money !== null && (
              <Bar
                kind="money"
                share={budget.spent_money / budget.money}
                warnAt={budget.warn_at}
                words={t("budget.spent.money", {
                  spent: amount(budget.spent_money, i18n.language),
                  limit: amount(budget.money, i18n.language),
                })}
              />
            )}
            {budget.tokens !== null && (
              <Bar
                kind="tokens"
                share={budget.spent_tokens / budget.tokens}
                warnAt={budget.warn_at}
                words={t("budget.spent.tokens", {
                  spent: count.format(budget.spent_tokens),
                  limit: count.format(budget.tokens),
                })}
              />
            )}
          </div>
          <div>
            {t("budget.until", { day: until.format(new Date(budget.ends)) })} ·{" "}
            {t("budget.warns", { percent: budget.warn_at })} · {t("budget.ask", { name: budget.owner.name })}
          </div>
          {mayWrite && (
            <Group gap="xs" mt="xs">
              <Button
                size="xs"
                variant="default"
                aria-label={t("budget.change.what", { name: budget.name })}
                onClick={onEdit}
              >
                {t("budget.change")}
              </Button>
              <Button
                size="xs"
                variant="default"
                aria-label={t("budget.end.what", { name: budget.name })}
                onClick={() => setEnding(true)}
              >
                {t("budget.end")}
              </Button>
            </Group>
          )}
          {isEnding && <End budget={budget} onClose={() => setEnding(false)} />}
        </>
      }
    />
  );
}

function About({ budget }: { budget: Budget }) {
  const { t } = useTranslation();
  if (budget.workflow?.name) {
    return (
      <TextLink to="/workflows/$id" params={{ id: budget.workflow.id }}>
        {budget.workflow.name}
      </TextLink>
    );
  }
  if (budget.scope === "organisation") return t("budget.scope.organisation");
  return budget.team?.name || budget.connection || t("budget.gone");
}

function End({ budget, onClose }: { budget: Budget; onClose: () => void }) {
  const { t } = useTranslation();
  const stale = useStale("/api/budgets");
  const end = query.useMutation("delete", "/api/budgets/{budget}", {
    onSuccess: async () => {
      await stale();
      announce(t("budget.ended", { name: budget.name }));
    },
  });
  return (
    <Confirm
      title={t("budget.end.sure", { name: budget.name })}
      act={t("budget.end")}
      isBusy={end.isPending}
      error={end.error}
      onConfirm={() => end.mutate({ params: { path: { budget: budget.id } } })}
      onClose={onClose}
    >
      {t("budget.end.why")}
    </Confirm>
  );
}
