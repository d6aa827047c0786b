import { Alert, Button, Group, Text, TextInput } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Credential as CredentialShown, query } from "@/api/client";
import { announce } from "@/kit/announce";
import { Confirm } from "@/kit/Confirm";
import { Moment } from "@/kit/Moment";
import { Card, Page, Part } from "@/kit/Page";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { Row, Rows } from "@/kit/Rows";
import { may, useSession } from "@/kit/session";
import { useStale } from "@/kit/stale";
import { Failure, Loading } from "@/kit/states";
import { TextLink } from "@/kit/TextLink";
import { sayTried } from "@/kit/tried";
import { ChangeGrants, Rotate } from "./acts";
import { CredentialState, WhoAndWhere } from "./Credentials";
import { Reach } from "./Reach";
import { Uses } from "./Uses";

const ONE = "/api/credentials/{credential}";
const SIGNS = ["http_bearer", "http_basic", "http_header", "oauth2_client"];

/** One credential: whom it is for, whether it works, who used it, and who could. */
export function Credential() {
  const { t } = useTranslation();
  const { id } = useParams({ from: "/inside/credentials/$id" });
  const session = useSession();
  const params = { params: { path: { credential: id } } };
  const asked = query.useQuery("get", ONE, params);
  if (asked.error) return <Failure error={asked.error} onRetry={() => asked.refetch()} />;
  if (!asked.data) return <Loading />;
  const { credential, versions } = asked.data;
  const facts = Object.entries(credential.shown);
  return (
    <Page
      title={credential.name}
      lead={
        <>
          <TextLink to="/credentials">{t("credential.title")}</TextLink> ·{" "}
          {t(`credential.kind.${credential.kind}` as "credential.kind.smtp")}
        </>
      }
      actions={<CredentialState credential={credential} />}
    >
      {credential.note && (
        <Text maw="72ch" mb="lg">
          {credential.note}
        </Text>
      )}
      {may(session, "credential.write") && <Acts credential={credential} />}
      <Part title={t("credential.for")}>
        <Card padded>
          <WhoAndWhere credential={credential} />
          {credential.types.length > 0 && <div>{credential.types.join(", ")}</div>}
          {facts.map(([name, value]) => (
            <Text key={name} size="sm" c="dimmed">
              {t(`credential.field.${name}` as "credential.field.token")}: {value}
            </Text>
          ))}
        </Card>
      </Part>
      <Part title={t("credential.reach")} why={t("credential.reach.why")}>
        <Reach credential={id} />
      </Part>
      <Part title={t("credential.uses")} why={t("credential.uses.why")}>
        <Uses credential={id} />
      </Part>
      <Part title={t("credential.versions")}>
        <Rows label={t("credential.versions")}>
          {versions.map((each) => (
            <Row
              key={each.number}
              title={t("credential.version", { number: each.number })}
              below={
                <>
                  {each.made_by} · <Moment at={each.made_at} />
                </>
              }
            />
          ))}
        </Rows>
      </Part>
    </Page>
  );
}

function Acts({ credential }: { credential: CredentialShown }) {
  const { t } = useTranslation();
  const [doing, setDoing] = useState<"change" | "rotate" | "off" | null>(null);
  const [url, setUrl] = useState("");
  const stale = useStale("/api/credentials", ONE, "/api/credentials/{credential}/uses");
  const path = { params: { path: { credential: credential.id } } };
  const test = query.useMutation("post", "/api/credentials/{credential}/test", { onSuccess: () => stale() });
  const close = (): void => setDoing(null);
  const done = {
    onSuccess: async () => {
      await stale();
      announce(t("credential.changed"));
      close();
    },
  };
  const off = query.useMutation("post", "/api/credentials/{credential}/off", done);
  const on = query.useMutation("post", "/api/credentials/{credential}/on", done);
  const tried =
    test.data ?? (credential.test_said ? { ok: credential.test_ok === true, said: credential.test_said } : null);
  return (
    <>
      <Group gap="xs" align="end">
        {SIGNS.includes(credential.kind) && (
          <TextInput
            label={t("credential.test.url")}
            placeholder={credential.hosts[0] ? `https://${credential.hosts[0]}/` : ""}
            value={url}
            onChange={(event) => setUrl(event.currentTarget.value)}
            miw={260}
          />
        )}
        <Button loading={test.isPending} onClick={() => test.mutate({ ...path, body: { url } })}>
          {t("credential.test")}
        </Button>
        <Button variant="default" onClick={() => setDoing("rotate")}>
          {t("credential.rotate")}
        </Button>
        <Button variant="default" onClick={() => setDoing("change")}>
          {t("credential.change")}
        </Button>
        {credential.state === "off" ? (
          <Button variant="default" loading={on.isPending} onClick={() => on.mutate(path)}>
            {t("credential.on")}
          </Button>
        ) : (
          <Button variant="default" onClick={() => setDoing("off")}>
            {t("credential.off")}
          </Button>
        )}
      </Group>
      <ProblemAlert error={test.error ?? on.error} />
      {tried && (
        <Alert role="status" mt="md" color={tried.ok ? "green" : "red"} title={sayTried(tried.said, t)}>
          {credential.tested_at && <Moment at={credential.tested_at} />}
        </Alert>
      )}
      {doing === "change" && <ChangeGrants credential={credential} onClose={close} />}
      {doing === "rotate" && <Rotate credential={credential} onClose={close} />}
      {doing === "off" && (
        <Confirm
          title={t("credential.off.what", { name: credential.name })}
          act={t("credential.off")}
          isBusy={off.isPending}
          error={off.error}
          onConfirm={() => off.mutate(path)}
          onClose={close}
        >
          {t("credential.off.why")}
        </Confirm>
      )}
    </>
  );
}
