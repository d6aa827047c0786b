import { MultiSelect, Stack, Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";

/** Every team, or some. */
export function TeamsField({
  teams,
  onChange,
}: {
  teams: string[] | null;
  onChange: (teams: string[] | null) => void;
}) {
  const { t } = useTranslation();
  const asked = query.useQuery("get", "/api/teams");
  return (
    <Stack gap="xs">
      <Switch
        label={t("form.teams.every")}
        checked={teams === null}
        onChange={(event) => onChange(event.currentTarget.checked ? null : [])}
      />
      {teams !== null && (
        <MultiSelect
          label={t("form.teams")}
          data={(asked.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          value={teams}
          onChange={onChange}
          searchable
        />
      )}
    </Stack>
  );
}
