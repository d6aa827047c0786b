import { Alert, Stack, Text } from "@mantine/core";
import { TriangleAlert } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { query, type TriggerRow } from "@/api/client";
import type { Schema } from "@/graph";
import { ButtonLink } from "@/kit/ButtonLink";
import { CopyLink } from "@/kit/CopyLink";
import { may, useSession } from "@/kit/session";
import { Failure, Loading } from "@/kit/states";
import { HookLine } from "./HookLine";
import { HookSettingsForm, settingsOf } from "./HookSettings";
import { Secrets } from "./Secrets";
import { TryIt } from "./TryIt";
import { Unsigned } from "./Unsigned";
import classes from "./webhook.module.css";

type Props = { trigger: TriggerRow; team: string; inputs: Schema; live: number | null };

/** A webhook: where to deliver and with which secret, what it takes and how it answers, and trying it. */
export function Webhook({ trigger, team, inputs, live }: Props) {
  const { t } = useTranslation();
  const session = useSession();
  const [secret, setSecret] = useState<string>();
  const mayWrite = may(session, "trigger.write", team);
  const isAdmin = may(session, "settings.write");
  const path = { params: { path: { trigger: trigger.id } } };
  const asked = query.useQuery("get", "/api/triggers/{trigger}/webhook", path, {
    enabled: mayWrite,
    refetchInterval: ({ state }) => (state.data?.listens_until ? 2_000 : false),
  });
  const signed = settingsOf(trigger).signed;
  const log = (
    <div>
      <ButtonLink
        variant="default"
        to="/workflows/$id/deliveries/$trigger"
        params={{ id: trigger.workflow, trigger: trigger.id }}
      >
        {t("deliveries.open")}
      </ButtonLink>
    </div>
  );
  if (!mayWrite)
    return (
      <Stack gap="sm">
        {!signed && isAdmin && (
          <Unsigned
            trigger={trigger.id}
            webhook={{ address: null, secrets: [], unsigned_by: null, listens_until: null }}
          />
        )}
        <Text>
          <HookLine trigger={trigger} />
        </Text>
        <Text c="dimmed">{t("webhook.look")}</Text>
        {log}
      </Stack>
    );
  if (asked.error) return <Failure error={asked.error} onRetry={() => asked.refetch()} />;
  if (!asked.data) return <Loading />;
  const webhook = asked.data;
  return (
    <Stack gap="xl">
      {!signed && <Unsigned trigger={trigger.id} webhook={webhook} />}
      <section className={classes.part} aria-label={t("webhook.where")}>
        <h2>{t("webhook.where")}</h2>
        {webhook.address ? (
          <CopyLink label={t("webhook.address")} description={t("webhook.address.why")} link={webhook.address} />
        ) : (
          <Text c="dimmed">{t("webhook.address.none")}</Text>
        )}
        {signed && trigger.state === "on" && webhook.secrets.length === 0 && (
          <Alert color="yellow" icon={<TriangleAlert aria-hidden />} title={t("webhook.noSecret")}>
            {t("webhook.noSecret.why")}
          </Alert>
        )}
        <Secrets trigger={trigger.id} webhook={webhook} onMade={setSecret} />
      </section>
      <section className={classes.part} aria-label={t("webhook.takes")}>
        <h2>{t("webhook.takes")}</h2>
        <HookSettingsForm key={trigger.revision} trigger={trigger} inputs={inputs} live={live} />
      </section>
      {webhook.address && (
        <section className={classes.part} aria-label={t("webhook.try")}>
          <h2>{t("webhook.try")}</h2>
          <TryIt trigger={trigger} webhook={webhook} inputs={inputs} secret={secret} />
        </section>
      )}
      {log}
    </Stack>
  );
}
