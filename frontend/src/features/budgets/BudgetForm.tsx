import { Button, Group, Modal, NumberInput, Select, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Budget, type BudgetIn, query } from "@/api/client";
import { announce } from "@/kit/announce";
import { regional } from "@/kit/dates";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { useSession } from "@/kit/session";
import { useStale } from "@/kit/stale";
import { ScopeFields } from "./ScopeFields";

const PERIODS = ["day", "week", "month"] as const;

const startOf = (budget: Budget | null, person: string): BudgetIn => ({
  name: budget?.name ?? "",
  scope: budget?.scope ?? "team",
  period: budget?.period ?? "month",
  money: budget?.money ?? null,
  tokens: budget?.tokens ?? null,
  warn_at: budget?.warn_at ?? 80,
  owner: budget?.owner.id ?? person,
});

/** Sets a budget, or changes one. What it is about stays. */
export function BudgetForm({ budget, onClose }: { budget: Budget | null; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const session = useSession();
  const stale = useStale("/api/budgets");
  const [said, setSaid] = useState(startOf(budget, session.person.id));
  const owners = query.useQuery("get", "/api/budgets/owners");
  const done = {
    onSuccess: async () => {
      await stale();
      announce(t("budget.saved", { name: said.name }));
      onClose();
    },
  };
  const make = query.useMutation("post", "/api/budgets", done);
  const change = query.useMutation("patch", "/api/budgets/{budget}", done);
  const set = (more: Partial<BudgetIn>): void => setSaid({ ...said, ...more });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!budget) {
      make.mutate({ body: said });
      return;
    }
    const { name, period, money, tokens, warn_at, owner } = said;
    const params = { path: { budget: budget.id }, header: { "if-match": `"${budget.revision}"` } };
    change.mutate({
      params,
      body: { name, period, money: money ?? null, tokens: tokens ?? null, warn_at, owner: owner ?? null },
    });
  };
  const parts = new Intl.NumberFormat(regional(i18n.language)).formatToParts(12_345.6);
  const partOf = (type: "group" | "decimal"): string => parts.find((each) => each.type === type)?.value ?? "";
  const limit = (key: "money" | "tokens") => (
    <NumberInput
      label={t(`budget.${key}`)}
      description={t(`budget.${key}.why`)}
      placeholder={t("budget.limit.none")}
      value={said[key] ?? ""}
      onChange={(value) => set({ [key]: value === "" ? null : Number(value) })}
      min={0}
      allowDecimal={key === "money"}
      thousandSeparator={partOf("group")}
      decimalSeparator={partOf("decimal")}
      hideControls
    />
  );
  return (
    <Modal opened onClose={onClose} title={budget ? budget.name : t("budget.make")} size="lg">
      <form onSubmit={submit} autoComplete="off">
        <Stack>
          <ProblemAlert error={make.error ?? change.error ?? owners.error} />
          <TextInput
            label={t("budget.name")}
            description={t("budget.name.why")}
            value={said.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
            maxLength={200}
            required
            withAsterisk={false}
            data-autofocus
          />
          {!budget && <ScopeFields said={said} onChange={set} />}
          <Select
            label={t("budget.period")}
            description={t("budget.period.why")}
            data={PERIODS.map((value) => ({ value, label: t(`budget.period.${value}`) }))}
            value={said.period}
            onChange={(period) => period && set({ period })}
            allowDeselect={false}
          />
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            {limit("money")}
            {limit("tokens")}
          </SimpleGrid>
          <NumberInput
            label={t("budget.warn_at")}
            description={t("budget.warn_at.why")}
            suffix=" %"
            value={said.warn_at}
            onChange={(value) => set({ warn_at: Number(value) })}
            min={1}
            max={100}
            allowDecimal={false}
          />
          <Select
            label={t("budget.owner")}
            description={t("budget.owner.why")}
            data={(owners.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
            value={said.owner ?? null}
            onChange={(owner) => owner && set({ owner })}
            allowDeselect={false}
            searchable
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t("kit.cancel")}
            </Button>
            <Button type="submit" loading={make.isPending || change.isPending}>
              {t(budget ? "kit.save" : "budget.make.act")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
