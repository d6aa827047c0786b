import { Button, Group, Stack, TextInput } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { announce } from "@/kit/announce";
import { Card, Page, Part } from "@/kit/Page";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { may, useKeepSession, useSession } from "@/kit/session";
import { useStale } from "@/kit/stale";
import { AllTokens } from "./AllTokens";
import { NoticeSettings } from "./NoticeSettings";
import { Password } from "./Password";
import { Sessions } from "./Sessions";
import { Tokens } from "./Tokens";

/** What is mine: who I am, how the product looks and speaks, how I sign in, and what I am told. */
export function Settings({ preferences }: { preferences: ReactNode }) {
  const { t } = useTranslation();
  const session = useSession();
  const whyOf = ({ company, has_password }: typeof session.person): string =>
    company === null
      ? t(has_password ? "settings.password.why" : "settings.password.none")
      : t("settings.password.company", { company });
  return (
    <Page narrow title={t("settings.title")} lead={session.person.email}>
      <Part title={t("settings.you")}>
        <Card padded>
          <Stack gap="lg">
            <OwnName />
            {preferences}
          </Stack>
        </Card>
      </Part>
      <Part title={t("settings.notices")} why={t("settings.notices.why")}>
        <NoticeSettings />
      </Part>
      <Part title={t("settings.password")} why={whyOf(session.person)}>
        {session.person.company === null && (
          <Card padded>
            <Password />
          </Card>
        )}
      </Part>
      <Part title={t("settings.sessions")} why={t("settings.sessions.why")}>
        <Sessions />
      </Part>
      <Tokens />
      {may(session, "organisation.write") && (
        <Part title={t("settings.organisation")} why={t("settings.organisation.why")}>
          <Card padded>
            <OrganisationName />
          </Card>
        </Part>
      )}
      {may(session, "organisation.read") && (
        <Part title={t("settings.tokens.all")} why={t("settings.tokens.all.why")}>
          <AllTokens />
        </Part>
      )}
    </Page>
  );
}

function NameForm({
  label,
  name,
  isBusy,
  error,
  onName,
}: {
  label: string;
  name: string;
  isBusy: boolean;
  error: unknown;
  onName: (name: string) => void;
}) {
  const { t } = useTranslation();
  const [value, setValue] = useState(name);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onName(value.trim());
  };
  return (
    <form onSubmit={submit}>
      <ProblemAlert error={error} />
      <Group align="flex-end" gap="xs">
        <TextInput
          label={label}
          value={value}
          onChange={(event) => setValue(event.currentTarget.value)}
          maxLength={200}
          required
          withAsterisk={false}
          flex="1 1 200px"
        />
        <Button type="submit" variant="default" loading={isBusy} disabled={!value.trim() || value.trim() === name}>
          {t("kit.save")}
        </Button>
      </Group>
    </form>
  );
}

function OwnName() {
  const { t } = useTranslation();
  const session = useSession();
  const keep = useKeepSession();
  const change = query.useMutation("patch", "/api/session/person", {
    onSuccess: (next) => {
      keep(next);
      announce(t("settings.saved"));
    },
  });
  return (
    <NameForm
      label={t("settings.name")}
      name={session.person.name}
      isBusy={change.isPending}
      error={change.error}
      onName={(name) => change.mutate({ body: { name } })}
    />
  );
}

function OrganisationName() {
  const { t } = useTranslation();
  const session = useSession();
  const stale = useStale("/api/session");
  const change = query.useMutation("patch", "/api/organisation", {
    onSuccess: async () => {
      await stale();
      announce(t("settings.saved"));
    },
  });
  return (
    <NameForm
      label={t("settings.organisation.name")}
      name={session.organisation ?? ""}
      isBusy={change.isPending}
      error={change.error}
      onName={(name) => change.mutate({ body: { name } })}
    />
  );
}
