import { Box, Switch } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { CirclePause } from "lucide-react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import type { Schema } from "@/graph";
import { announce } from "@/kit/announce";
import { ButtonLink } from "@/kit/ButtonLink";
import { Page } from "@/kit/Page";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { may, useSession } from "@/kit/session";
import { useStale } from "@/kit/stale";
import { Loading } from "@/kit/states";
import { NoTrigger } from "../NoTrigger";
import { Paused } from "../Paused";
import { Wrong } from "../Wrong";
import { Webhook } from "./Webhook";

/** One webhook, whole: on or off, where to deliver, what it takes and how it answers, and trying it. */
export function WebhookPage() {
  const { t } = useTranslation();
  const session = useSession();
  const { id, trigger: number } = useParams({ from: "/inside/workflows/$id/webhooks/$trigger" });
  const stale = useStale("/api/workflows", "/api/triggers");
  const path = { params: { path: { workflow: id } } };
  const workflow = query.useQuery("get", "/api/workflows/{workflow}", path);
  const list = query.useQuery("get", "/api/workflows/{workflow}/triggers", path);
  const asked = query.useQuery("get", "/api/triggers/{trigger}", { params: { path: { trigger: number } } });
  const flip = query.useMutation("put", "/api/triggers/{trigger}/switch", {
    onSuccess: async () => {
      await stale();
      announce(t("settings.saved"));
    },
  });
  const error = workflow.error ?? list.error ?? asked.error;
  if (error) return <NoTrigger workflow={id} error={error} onRetry={() => asked.refetch()} />;
  if (!workflow.data || !list.data || !asked.data) return <Loading lines={6} />;
  const trigger = asked.data;
  const { team, archived } = workflow.data;
  const isOn = trigger.state === "on";
  return (
    <Page
      narrow
      title={trigger.name}
      lead={t("webhook.lead", { workflow: workflow.data.name, name: trigger.owner.name })}
      actions={
        <>
          <Switch
            label={t("webhook.on")}
            checked={isOn}
            disabled={archived || flip.isPending || !may(session, "trigger.write", team.id)}
            onChange={() => flip.mutate({ params: { path: { trigger: number } }, body: { on: !isOn } })}
          />
          <ButtonLink to="/workflows/$id/triggers" params={{ id }} variant="default">
            {t("deliveries.back")}
          </ButtonLink>
        </>
      }
    >
      {flip.error !== null && (
        <Box mb="md">
          <ProblemAlert error={flip.error} />
        </Box>
      )}
      {trigger.paused && (
        <Paused paused={trigger.paused} mb="lg" icon={<CirclePause aria-hidden />} title={t("webhook.paused")} />
      )}
      <Wrong trigger={trigger} mb="md" />
      <Webhook trigger={trigger} team={team.id} inputs={list.data.inputs as Schema} live={list.data.version} />
    </Page>
  );
}
