import { MultiSelect, Stack, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type GrantsIn, query } from "@/api/client";
import { TeamsField } from "@/forms/TeamsField";

export const NO_GRANTS: GrantsIn = { note: "", hosts: [], types: [], teams: [], ends_at: null };

/** Who may use a credential, where it may be sent, and until when. */
export function GrantFields({ value, onChange }: { value: GrantsIn; onChange: (value: GrantsIn) => void }) {
  const { t } = useTranslation();
  const catalog = query.useQuery("get", "/api/catalog");
  const types = [...new Set((catalog.data?.items ?? []).map(({ key }) => key.split("@")[0] ?? key))];
  const set = (change: Partial<GrantsIn>): void => onChange({ ...value, ...change });
  return (
    <Stack>
      <TeamsField teams={value.teams ?? null} onChange={(teams) => set({ teams })} />
      <TagsInput
        label={t("credential.hosts")}
        description={t("credential.hosts.why")}
        value={value.hosts ?? []}
        onChange={(hosts) => set({ hosts })}
        splitChars={[",", " "]}
      />
      <MultiSelect
        label={t("credential.types")}
        description={t("credential.types.why")}
        data={types.sort()}
        value={value.types ?? []}
        onChange={(chosen) => set({ types: chosen })}
        searchable
      />
      <TextInput
        type="date"
        label={t("credential.ends")}
        description={t("credential.ends.why")}
        value={value.ends_at?.slice(0, 10) ?? ""}
        onChange={(event) =>
          set({ ends_at: event.currentTarget.value ? `${event.currentTarget.value}T00:00:00Z` : null })
        }
      />
      <Textarea
        label={t("credential.note")}
        value={value.note ?? ""}
        onChange={(event) => set({ note: event.currentTarget.value })}
        autosize
        minRows={2}
      />
    </Stack>
  );
}
