import { Badge, Checkbox, Group, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { OrgRole, TeamRole } from "@/api/client";

export const TEAM_ROLES = ["viewer", "builder", "reviewer", "owner"] as const satisfies readonly TeamRole[];
export const ORG_ROLES = ["admin", "governor", "auditor"] as const satisfies readonly OrgRole[];

/** Roles to choose from, each with what it may in plain words. Roles add up. */
export function RoleChoice<Role extends TeamRole | OrgRole>({
  label,
  description,
  roles,
  value,
  onChange,
  error,
}: {
  label: string;
  description?: string;
  roles: readonly Role[];
  value: Role[];
  onChange: (value: Role[]) => void;
  error?: string;
}) {
  const { t } = useTranslation();
  return (
    <Checkbox.Group
      label={label}
      description={description}
      error={error}
      value={value}
      onChange={(chosen) => onChange(roles.filter((role) => chosen.includes(role)))}
    >
      <Stack gap="sm" mt="sm">
        {roles.map((role) => (
          <Checkbox key={role} value={role} label={t(`role.${role}`)} description={t(`role.may.${role}`)} />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}

/** What somebody is, as small words; roles of the organisation stand out. */
export function RoleBadges({ roles, isWide = false }: { roles: readonly string[]; isWide?: boolean }) {
  const { t } = useTranslation();
  const order: readonly string[] = [...ORG_ROLES, ...TEAM_ROLES].filter((role) => roles.includes(role));
  if (order.length === 0) return null;
  return (
    <Group gap={4}>
      {order.map((role) => (
        <Badge key={role} color={isWide ? "accent" : "gray"}>
          {t(`role.${role as TeamRole | OrgRole}`)}
        </Badge>
      ))}
    </Group>
  );
}
