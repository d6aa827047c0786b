import { ActionIcon, Button, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { Plus, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { type ProviderSaid, query } from "@/api/client";

type Mapping = ProviderSaid["mapping"];
const EVERYWHERE = "organisation";
const TEAM_ROLES = ["viewer", "builder", "reviewer", "owner"] as const;
const ORG_ROLES = ["admin", "governor", "auditor"] as const;

/** Who is in a group has a role, in a team or in the organisation. Rows add up. */
export function MappingRows({
  value,
  onChange,
  mayWrite,
}: {
  value: Mapping;
  onChange: (value: Mapping) => void;
  mayWrite: boolean;
}) {
  const { t } = useTranslation();
  const asked = query.useQuery("get", "/api/teams");
  const places = [
    { value: EVERYWHERE, label: t("identity.everywhere") },
    ...(asked.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
  ];
  const set = (at: number, more: Partial<Mapping[number]>): void =>
    onChange(value.map((row, index) => (index === at ? { ...row, ...more } : row)));
  return (
    <Stack gap="xs" role="group" aria-label={t("identity.mapping")}>
      <div>
        <Text size="sm" fw={500}>
          {t("identity.mapping")}
        </Text>
        <Text size="xs" c="dimmed">
          {t("identity.mapping.why")}
        </Text>
      </div>
      {value.map((row, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row has no name but what is being typed
        <Group key={at} gap={8} align="flex-end">
          <TextInput
            flex="2 1 180px"
            aria-label={t("identity.group", { at: at + 1 })}
            placeholder={t("identity.group.hint")}
            value={row.group}
            maxLength={200}
            onChange={(event) => set(at, { group: event.currentTarget.value })}
            required
          />
          <Select
            flex="1 1 140px"
            aria-label={t("identity.place", { at: at + 1 })}
            data={places}
            value={row.team ?? EVERYWHERE}
            allowDeselect={false}
            onChange={(place) =>
              set(
                at,
                place === EVERYWHERE || place === null
                  ? { team: null, role: "auditor" }
                  : { team: place, role: "viewer" },
              )
            }
          />
          <Select
            flex="1 1 120px"
            aria-label={t("identity.role", { at: at + 1 })}
            data={(row.team ? TEAM_ROLES : ORG_ROLES).map((role) => ({ value: role, label: t(`role.${role}`) }))}
            value={row.role}
            allowDeselect={false}
            onChange={(role) => role && set(at, { role: role as Mapping[number]["role"] })}
          />
          {mayWrite && (
            <ActionIcon
              size={36}
              aria-label={t("form.remove", { at: at + 1 })}
              onClick={() => onChange(value.filter((_, index) => index !== at))}
            >
              <Trash2 aria-hidden size={16} />
            </ActionIcon>
          )}
        </Group>
      ))}
      {mayWrite && (
        <Group>
          <Button
            variant="default"
            size="xs"
            leftSection={<Plus aria-hidden size={14} />}
            onClick={() =>
              onChange([
                ...value,
                { group: "", team: asked.data?.[0]?.id ?? null, role: asked.data?.[0] ? "viewer" : "auditor" },
              ])
            }
          >
            {t("identity.mapping.add")}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
