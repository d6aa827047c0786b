import { Button, Group, Modal, NumberInput, Select, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type ConnectionSaid, type ModelConnection, query } from "@/api/client";
import { TeamsField } from "@/forms/TeamsField";
import { announce } from "@/kit/announce";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { useStale } from "@/kit/stale";

const HOSTED = ["external", "internal", "local"] as const;
const PROVIDERS = ["openai", "anthropic", "ollama", "openai-compatible"];

const startOf = (shown: ModelConnection | null): ConnectionSaid => ({
  provider: shown?.provider ?? "openai-compatible",
  model: shown?.model ?? "",
  base_url: shown?.base_url ?? "",
  hosted: shown?.hosted ?? "external",
  region: shown?.region ?? "",
  price_in: shown?.price_in ?? 0,
  price_out: shown?.price_out ?? 0,
  max_concurrency: shown?.max_concurrency ?? 8,
  timeout: shown?.timeout ?? 120,
  credential: shown?.credential_id ?? null,
  teams: shown && !shown.all_teams ? shown.teams.map(({ id }) => id) : null,
});

/** Opens a model, or changes one. */
export function ConnectionForm({ connection, onClose }: { connection: ModelConnection | null; onClose: () => void }) {
  const { t } = useTranslation();
  const stale = useStale("/api/connections");
  const [name, setName] = useState("");
  const [said, setSaid] = useState(startOf(connection));
  const keys = query.useQuery("get", "/api/credentials");
  const done = {
    onSuccess: async () => {
      await stale();
      announce(t("connection.saved"));
      onClose();
    },
  };
  const make = query.useMutation("post", "/api/connections", done);
  const change = query.useMutation("put", "/api/connections/{connection}", done);
  const set = (more: Partial<ConnectionSaid>): void => setSaid({ ...said, ...more });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (connection?.id) change.mutate({ params: { path: { connection: connection.id } }, body: said });
    else make.mutate({ body: { ...said, name } });
  };
  const number = (key: "price_in" | "price_out" | "max_concurrency" | "timeout", min: number) => (
    <NumberInput
      label={t(`connection.${key}`)}
      value={said[key]}
      min={min}
      onChange={(value) => set({ [key]: Number(value) })}
      flex={1}
    />
  );
  return (
    <Modal opened onClose={onClose} title={connection ? connection.name : t("connection.make")} size="lg">
      <form onSubmit={submit} autoComplete="off">
        <Stack>
          <ProblemAlert error={make.error ?? change.error} />
          {!connection && (
            <TextInput
              label={t("credential.name")}
              description={t("connection.name.why")}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              maxLength={64}
              required
              withAsterisk={false}
              data-autofocus
            />
          )}
          <Select
            label={t("connection.provider")}
            data={[...new Set([...PROVIDERS, said.provider])]}
            value={said.provider}
            onChange={(provider) => set({ provider: provider ?? said.provider })}
            allowDeselect={false}
          />
          <TextInput
            label={t("connection.model")}
            value={said.model}
            onChange={(event) => set({ model: event.currentTarget.value })}
            required
            withAsterisk={false}
          />
          <TextInput
            label={t("connection.url")}
            description={t("connection.url.why")}
            value={said.base_url}
            onChange={(event) => set({ base_url: event.currentTarget.value })}
          />
          <Select
            label={t("connection.key")}
            description={t("connection.key.why")}
            data={(keys.data ?? [])
              .filter(({ kind }) => kind === "api_key")
              .map(({ id, name: label }) => ({ value: id, label }))}
            value={said.credential ?? null}
            onChange={(credential) => set({ credential })}
            clearable
            clearButtonProps={{ "aria-label": t("kit.clear") }}
          />
          <Group align="end" grow>
            <Select
              label={t("connection.hosted")}
              data={HOSTED.map((each) => ({ value: each, label: t(`connection.hosted.${each}`) }))}
              value={said.hosted ?? "external"}
              onChange={(hosted) => set({ hosted: hosted as ConnectionSaid["hosted"] })}
              allowDeselect={false}
            />
            <TextInput
              label={t("connection.region")}
              value={said.region}
              onChange={(event) => set({ region: event.currentTarget.value })}
            />
          </Group>
          <Group align="end">
            {number("price_in", 0)}
            {number("price_out", 0)}
          </Group>
          <Group align="end">
            {number("max_concurrency", 1)}
            {number("timeout", 1)}
          </Group>
          <TeamsField teams={said.teams ?? null} onChange={(teams) => set({ teams })} />
          <Text size="sm" c="dimmed">
            {t("connection.moves")}
          </Text>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t("kit.cancel")}
            </Button>
            <Button type="submit" loading={make.isPending || change.isPending}>
              {t("kit.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
