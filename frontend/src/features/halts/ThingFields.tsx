import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type HaltThing, query } from "@/api/client";
import { useWorkflowChoices } from "@/forms/useWorkflowChoices";

type Props = { thing: HaltThing; onChange: (thing: HaltThing) => void };
type Choice = { value: string; label: string };

/** Whether it is said which one is to be stopped. */
export const isChosen = ({ scope, team, workflow, name }: HaltThing): boolean =>
  scope === "organisation" || Boolean({ team, workflow }[scope as "team"] ?? name);

/** Which one is to be stopped. */
export function ThingFields(props: Props) {
  switch (props.thing.scope) {
    case "organisation":
      return null;
    case "team":
      return <TeamChoice {...props} />;
    case "workflow":
      return <WorkflowChoice {...props} />;
    case "node_type":
      return <TypeChoice {...props} />;
    case "connection":
      return <ConnectionChoice {...props} />;
    case "credential":
      return <CredentialChoice {...props} />;
    default:
      return <RuleChoice {...props} />;
  }
}

function One({
  thing,
  data,
  value,
  onChoose,
  onSearchChange,
}: {
  thing: HaltThing;
  data: Choice[];
  value: string | null | undefined;
  onChoose: (value: string) => void;
  onSearchChange?: (words: string) => void;
}) {
  const { t } = useTranslation();
  return (
    <Select
      label={t(`halt.scope.${thing.scope}`)}
      placeholder={t("halt.choose")}
      nothingFoundMessage={t("halt.nothing")}
      data={data}
      value={value ?? null}
      onChange={(chosen) => chosen && onChoose(chosen)}
      {...(onSearchChange && { onSearchChange })}
      allowDeselect={false}
      searchable
    />
  );
}

function TeamChoice({ thing, onChange }: Props) {
  const asked = query.useQuery("get", "/api/teams");
  const data = (asked.data ?? []).map(({ id, name }) => ({ value: id, label: name }));
  return (
    <One thing={thing} data={data} value={thing.team} onChoose={(team) => onChange({ scope: thing.scope, team })} />
  );
}

function WorkflowChoice({ thing, onChange }: Props) {
  const choices = useWorkflowChoices();
  return (
    <One
      thing={thing}
      {...choices}
      value={thing.workflow}
      onChoose={(workflow) => onChange({ scope: thing.scope, workflow })}
    />
  );
}

function Named({ thing, onChange, data }: Props & { data: Choice[] }) {
  return (
    <One thing={thing} data={data} value={thing.name} onChoose={(name) => onChange({ scope: thing.scope, name })} />
  );
}

function TypeChoice(props: Props) {
  const { i18n } = useTranslation();
  const language = i18n.language.startsWith("de") ? "de" : "en";
  const asked = query.useQuery("get", "/api/catalog", { params: { query: { language } } });
  const titles = new Map((asked.data?.items ?? []).map(({ key, title }) => [key.split("@")[0] ?? key, title]));
  return <Named {...props} data={[...titles].map(([value, title]) => ({ value, label: `${title} · ${value}` }))} />;
}

function ConnectionChoice(props: Props) {
  const asked = query.useQuery("get", "/api/connections");
  return <Named {...props} data={(asked.data ?? []).map(({ name }) => ({ value: name, label: name }))} />;
}

function CredentialChoice(props: Props) {
  const asked = query.useQuery("get", "/api/credentials");
  return <Named {...props} data={(asked.data ?? []).map(({ name }) => ({ value: name, label: name }))} />;
}

function RuleChoice(props: Props) {
  const asked = query.useQuery("get", "/api/halts/rules");
  const data = (asked.data ?? []).map((each) => {
    const at = each.lastIndexOf("/");
    return { value: each, label: `${each.slice(at + 1)} · ${each.slice(0, at)}` };
  });
  return <Named {...props} data={data} />;
}
