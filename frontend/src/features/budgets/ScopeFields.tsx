import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type BudgetIn, query } from "@/api/client";
import { useWorkflowChoices } from "@/forms/useWorkflowChoices";

const SCOPES = ["organisation", "team", "workflow", "connection"] as const;

type Props = { said: BudgetIn; onChange: (more: Partial<BudgetIn>) => void };

/** What a budget is about. */
export function ScopeFields({ said, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <Select
        label={t("budget.scope")}
        data={SCOPES.map((value) => ({ value, label: t(`budget.scope.${value}`) }))}
        value={said.scope}
        onChange={(scope) => scope && onChange({ scope, team: null, workflow: null, connection: null })}
        allowDeselect={false}
      />
      {said.scope === "team" && <TeamChoice said={said} onChange={onChange} />}
      {said.scope === "workflow" && <WorkflowChoice said={said} onChange={onChange} />}
      {said.scope === "connection" && <ConnectionChoice said={said} onChange={onChange} />}
    </>
  );
}

function TeamChoice({ said, onChange }: Props) {
  const { t } = useTranslation();
  const asked = query.useQuery("get", "/api/teams");
  return (
    <Select
      label={t("budget.team")}
      data={(asked.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
      value={said.team ?? null}
      onChange={(team) => onChange({ team })}
      required
      withAsterisk={false}
      searchable
    />
  );
}

function WorkflowChoice({ said, onChange }: Props) {
  const { t } = useTranslation();
  const choices = useWorkflowChoices();
  return (
    <Select
      label={t("budget.workflow")}
      {...choices}
      value={said.workflow ?? null}
      onChange={(workflow) => onChange({ workflow })}
      required
      withAsterisk={false}
      searchable
    />
  );
}

function ConnectionChoice({ said, onChange }: Props) {
  const { t } = useTranslation();
  const asked = query.useQuery("get", "/api/connections");
  return (
    <Select
      label={t("budget.connection")}
      data={(asked.data ?? []).filter(({ provider, off }) => provider !== "practice" && !off).map(({ name }) => name)}
      value={said.connection ?? null}
      onChange={(connection) => onChange({ connection })}
      required
      withAsterisk={false}
      searchable
    />
  );
}
