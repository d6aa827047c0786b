import { Button, Stack, Text } from "@mantine/core";
import { Ear, EarOff } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { query, type TriggerRow, type Webhook } from "@/api/client";
import type { Schema } from "@/graph";
import { Moment } from "@/kit/Moment";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { useStale } from "@/kit/stale";
import { ShellLine } from "../ShellLine";
import { curlLine, exampleBody } from "./curl";
import { settingsOf } from "./HookSettings";
import { SampleDialog } from "./SampleDialog";

/** A line to send a delivery with, and waiting for a real one that shows what arrives. */
export function TryIt({
  trigger,
  webhook,
  inputs,
  secret,
}: {
  trigger: TriggerRow;
  webhook: Webhook;
  inputs: Schema;
  secret?: string;
}) {
  const { t } = useTranslation();
  if (!webhook.address) return null;
  const { signed: isSigned } = settingsOf(trigger);
  const body = trigger.inputs === null ? exampleBody(inputs) : "{}";
  const line = curlLine({ address: webhook.address, body, isSigned, secret });
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        {t(!isSigned ? "webhook.curl.unsigned" : secret ? "webhook.curl.ready" : "webhook.curl.why")}
      </Text>
      <ShellLine name={t("webhook.curl")} line={line}>
        <Listen trigger={trigger} webhook={webhook} inputs={inputs} />
      </ShellLine>
    </Stack>
  );
}

function Listen({ trigger, webhook, inputs }: { trigger: TriggerRow; webhook: Webhook; inputs: Schema }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const stale = useStale("/api/triggers");
  const isListening = webhook.listens_until !== null;
  const path = { params: { path: { trigger: trigger.id } } };
  const sample = query.useQuery("get", "/api/triggers/{trigger}/webhook/sample", path, {
    refetchInterval: isListening ? 2_000 : false,
  });
  // The delivery that ends the listening may have come between two looks.
  const { refetch } = sample;
  useEffect(() => {
    if (!isListening) refetch();
  }, [isListening, refetch]);
  const listen = query.useMutation("put", "/api/triggers/{trigger}/webhook/listen", { onSuccess: () => stale() });
  const found = sample.data ?? null;
  return (
    <>
      <Button
        variant="default"
        size="xs"
        leftSection={isListening ? <EarOff aria-hidden size={14} /> : <Ear aria-hidden size={14} />}
        loading={listen.isPending}
        onClick={() => listen.mutate({ ...path, body: { on: !isListening } })}
      >
        {t(isListening ? "webhook.listen.stop" : "webhook.listen")}
      </Button>
      <Text size="sm" c="dimmed" role="status">
        {found ? (
          <>
            {t("webhook.sample.came")} <Moment at={found.at} />
          </>
        ) : (
          isListening && t("webhook.listening")
        )}
      </Text>
      {found && (
        <Button size="xs" onClick={() => setOpen(true)}>
          {t("webhook.sample.use")}
        </Button>
      )}
      <ProblemAlert error={listen.error} />
      {found && isOpen && (
        <SampleDialog
          workflow={trigger.workflow}
          body={found.body as Schema}
          inputs={inputs}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
