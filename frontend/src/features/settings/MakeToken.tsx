import { Button, Checkbox, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { announce } from "@/kit/announce";
import { CopyLink } from "@/kit/CopyLink";
import { Moment } from "@/kit/Moment";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { useSession } from "@/kit/session";
import { useStale } from "@/kit/stale";
import { inOrder, USUAL, useNameOfPermission } from "./permissions";

const DAYS = [7, 30, 90, 180, 366] as const;

/** Makes a token and shows it this once. */
export function MakeToken({ grantable, onClose }: { grantable: readonly string[]; onClose: () => void }) {
  const { t } = useTranslation();
  const stale = useStale("/api/tokens", "/api/organisation/tokens");
  const make = query.useMutation("post", "/api/tokens", {
    onSuccess: async () => {
      await stale();
      announce(t("token.made"));
    },
  });
  return (
    <Modal opened onClose={onClose} title={t("token.make")} size="md" closeOnClickOutside={!make.data}>
      {make.data ? (
        <Stack>
          <CopyLink label={t("token.yours")} description={t("token.yours.why")} link={make.data.token} />
          <Text size="sm" c="dimmed">
            {t("token.endsAt")} <Moment at={make.data.ends_at} />
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("kit.done")}
            </Button>
          </Group>
        </Stack>
      ) : (
        <Ask
          grantable={grantable}
          error={make.error}
          isBusy={make.isPending}
          onAsk={(body) => make.mutate({ body })}
          onClose={onClose}
        />
      )}
    </Modal>
  );
}

type Wanted = { name: string; permissions: string[]; team: string | null; days: number };
type AskProps = {
  grantable: readonly string[];
  error: unknown;
  isBusy: boolean;
  onAsk: (wanted: Wanted) => void;
  onClose: () => void;
};

function Ask({ grantable, error, isBusy, onAsk, onClose }: AskProps) {
  const { t } = useTranslation();
  const { teams } = useSession();
  const nameOf = useNameOfPermission();
  const [name, setName] = useState("");
  const [team, setTeam] = useState<string | null>(null);
  const [days, setDays] = useState<number>(90);
  const [wanted, setWanted] = useState<string[]>(USUAL);
  const there = teams.find(({ id }) => id === team);
  const offered = inOrder(grantable).filter((each) => !there || there.may.includes(each));
  const chosen = wanted.filter((each) => offered.includes(each));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onAsk({ name: name.trim(), permissions: chosen, team, days });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <ProblemAlert error={error} />
        <TextInput
          label={t("token.name")}
          description={t("token.name.why")}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={200}
          required
          withAsterisk={false}
          data-autofocus
        />
        <Select
          label={t("token.team")}
          value={team ?? ""}
          onChange={(value) => setTeam(value || null)}
          allowDeselect={false}
          data={[
            { value: "", label: t("token.team.all") },
            ...teams.map(({ id, name: label }) => ({ value: id, label })),
          ]}
        />
        <Checkbox.Group
          label={t("token.permissions")}
          description={t("token.permissions.why")}
          value={chosen}
          onChange={setWanted}
        >
          <Stack gap={6} mt="sm">
            {offered.map((each) => (
              <Checkbox key={each} value={each} label={nameOf(each)} />
            ))}
          </Stack>
        </Checkbox.Group>
        <Select
          label={t("token.days")}
          value={String(days)}
          onChange={(value) => setDays(Number(value ?? 90))}
          allowDeselect={false}
          data={DAYS.map((each) => ({ value: String(each), label: t("token.days.count", { count: each }) }))}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t("kit.cancel")}
          </Button>
          <Button type="submit" loading={isBusy} disabled={!name.trim() || chosen.length === 0}>
            {t("token.make.act")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
