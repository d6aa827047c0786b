import { Button, Group, NumberInput, PasswordInput, Stack, Switch, TagsInput, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type ProviderSaid, type ProviderView, query } from "@/api/client";
import { announce } from "@/kit/announce";
import { Card, Part } from "@/kit/Page";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { useStale } from "@/kit/stale";
import { MappingRows } from "./MappingRows";

const startOf = (kept: ProviderView | null): ProviderSaid => ({
  name: kept?.name ?? "",
  issuer: kept?.issuer ?? "",
  client_id: kept?.client_id ?? "",
  secret: null,
  scopes: kept?.scopes ?? [],
  groups_claim: kept?.groups_claim ?? "groups",
  mapping: (kept?.mapping ?? []).map(({ group, team, role }) => ({
    group,
    team,
    role: role as ProviderSaid["mapping"][number]["role"],
  })),
  ask: kept?.ask ?? "",
  trusts_email: kept?.trusts_email ?? false,
  enabled: kept?.enabled ?? false,
  passwords: kept?.passwords ?? true,
  absent_days: kept?.absent_days ?? 14,
});

/** Where the provider is, what its groups give, and which ways in are open. Who may not change it reads it. */
export function ProviderForm({ provider, mayWrite }: { provider: ProviderView | null; mayWrite: boolean }) {
  const { t } = useTranslation();
  const stale = useStale("/api/identity-provider", "/api/sign-in");
  const [said, setSaid] = useState(() => startOf(provider));
  const save = query.useMutation("put", "/api/identity-provider", {
    onSuccess: async () => {
      await stale();
      announce(t("identity.saved"));
    },
  });
  const set = (more: Partial<ProviderSaid>): void => setSaid({ ...said, ...more });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate({ body: said });
  };
  const text = (name: "name" | "issuer" | "client_id" | "groups_claim" | "ask", required = true) => (
    <TextInput
      label={t(`identity.${name}`)}
      description={t(`identity.${name}.why`)}
      value={said[name]}
      onChange={(event) => set({ [name]: event.currentTarget.value })}
      maxLength={500}
      required={required}
      withAsterisk={false}
      autoComplete="off"
    />
  );
  const choice = (name: "enabled" | "passwords" | "trusts_email") => (
    <Switch
      label={t(`identity.${name}`)}
      description={t(`identity.${name}.why`)}
      checked={said[name]}
      onChange={(event) => set({ [name]: event.currentTarget.checked })}
    />
  );
  return (
    <form onSubmit={submit} autoComplete="off">
      <fieldset disabled={!mayWrite} style={{ border: 0, margin: 0, padding: 0, minWidth: 0 }}>
        <Part title={t("identity.provider")} why={t("identity.provider.why")}>
          <Card padded>
            <Stack>
              {text("name")}
              {text("issuer")}
              {text("client_id")}
              <PasswordInput
                label={t("identity.secret")}
                description={t(provider?.has_secret ? "identity.secret.kept" : "identity.secret.why")}
                value={said.secret ?? ""}
                onChange={(event) => set({ secret: event.currentTarget.value || null })}
                autoComplete="new-password"
              />
              <TagsInput
                label={t("identity.scopes")}
                description={t("identity.scopes.why")}
                value={said.scopes}
                onChange={(scopes) => set({ scopes })}
                maxTags={10}
                splitChars={[" ", ","]}
              />
              {choice("trusts_email")}
            </Stack>
          </Card>
        </Part>
        <Part title={t("identity.groups")} why={t("identity.groups.why")}>
          <Card padded>
            <Stack>
              {text("groups_claim")}
              <MappingRows value={said.mapping} onChange={(mapping) => set({ mapping })} mayWrite={mayWrite} />
              {text("ask", false)}
            </Stack>
          </Card>
        </Part>
        <Part title={t("identity.ways")} why={t("identity.ways.why")}>
          <Card padded>
            <Stack>
              {choice("enabled")}
              {choice("passwords")}
              <NumberInput
                label={t("identity.absent_days")}
                description={t("identity.absent_days.why")}
                value={said.absent_days}
                min={1}
                max={90}
                maw={420}
                onChange={(days) => set({ absent_days: Number(days) })}
              />
            </Stack>
          </Card>
        </Part>
        <Stack mt="md" gap="sm">
          <ProblemAlert error={save.error} />
          {mayWrite && (
            <Group>
              <Button type="submit" loading={save.isPending}>
                {t("kit.save")}
              </Button>
            </Group>
          )}
        </Stack>
      </fieldset>
    </form>
  );
}
