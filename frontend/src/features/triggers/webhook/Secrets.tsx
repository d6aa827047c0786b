import { Badge, Button, Group, Modal, Select, Stack, Text } from "@mantine/core";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { query, type Webhook, type WebhookSecret } from "@/api/client";
import { announce } from "@/kit/announce";
import { Confirm } from "@/kit/Confirm";
import { CopyLink } from "@/kit/CopyLink";
import { Moment } from "@/kit/Moment";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { Row, Rows } from "@/kit/Rows";
import { useStale } from "@/kit/stale";

const HOURS = [0, 1, 24, 72, 168] as const;

/** The secrets that hold: one is made anew and shown once, the others end when the sender has changed over. */
export function Secrets({
  trigger,
  webhook,
  onMade,
}: {
  trigger: string;
  webhook: Webhook;
  onMade: (secret: string) => void;
}) {
  const { t } = useTranslation();
  const [isMaking, setMaking] = useState(false);
  const [ending, setEnding] = useState<WebhookSecret | null>(null);
  return (
    <Stack gap="xs">
      {webhook.secrets.length > 0 && (
        <Rows label={t("webhook.secrets")}>
          {webhook.secrets.map((secret) => (
            <Row
              key={secret.id}
              sign={<KeyRound aria-hidden size={18} strokeWidth={1.7} />}
              title={
                <>
                  …{secret.ending}
                  {secret.ends_at === null && <Badge color="green">{t("webhook.secret.newest")}</Badge>}
                </>
              }
              below={
                <>
                  {t("webhook.secret.made", { name: secret.made_by.name })} <Moment at={secret.made_at} />
                  {secret.ends_at && (
                    <>
                      {" · "}
                      {t("webhook.secret.ends")} <Moment at={secret.ends_at} />
                    </>
                  )}
                </>
              }
              acts={
                <Button
                  size="xs"
                  variant="default"
                  aria-label={t("webhook.secret.end.what", { ending: secret.ending })}
                  onClick={() => setEnding(secret)}
                >
                  {t("webhook.secret.end")}
                </Button>
              }
            />
          ))}
        </Rows>
      )}
      <Group>
        <Button variant={webhook.address ? "default" : "filled"} onClick={() => setMaking(true)}>
          {t(webhook.secrets.length ? "webhook.secret.rotate" : "webhook.secret.first")}
        </Button>
      </Group>
      {isMaking && (
        <NewSecret
          trigger={trigger}
          isFirst={webhook.secrets.length === 0}
          onMade={onMade}
          onClose={() => setMaking(false)}
        />
      )}
      {ending && (
        <EndSecret
          trigger={trigger}
          secret={ending}
          isLast={webhook.secrets.length === 1}
          onClose={() => setEnding(null)}
        />
      )}
    </Stack>
  );
}

type NewProps = { trigger: string; isFirst: boolean; onMade: (secret: string) => void; onClose: () => void };

function NewSecret({ trigger, isFirst, onMade, onClose }: NewProps) {
  const { t } = useTranslation();
  const [hours, setHours] = useState("24");
  const stale = useStale("/api/triggers");
  const make = query.useMutation("post", "/api/triggers/{trigger}/webhook/secrets", {
    onSuccess: async ({ secret }) => {
      onMade(secret);
      await stale();
      announce(t("webhook.secret.isMade"));
    },
  });
  const title = t(isFirst ? "webhook.secret.first" : "webhook.secret.rotate");
  return (
    <Modal opened onClose={onClose} title={title} closeOnClickOutside={!make.data}>
      <Stack>
        <ProblemAlert error={make.error} />
        {make.data ? (
          <CopyLink label={t("webhook.secret")} description={t("webhook.secret.once")} link={make.data.secret} />
        ) : isFirst ? (
          <Text>{t("webhook.secret.first.why")}</Text>
        ) : (
          <Select
            label={t("webhook.secret.others")}
            description={t("webhook.secret.others.why")}
            value={hours}
            onChange={(value) => setHours(value ?? "24")}
            allowDeselect={false}
            data={HOURS.map((each) => ({ value: String(each), label: t(`webhook.hours.${each}`) }))}
          />
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t(make.data ? "kit.done" : "kit.cancel")}
          </Button>
          {!make.data && (
            <Button
              data-autofocus
              loading={make.isPending}
              onClick={() => make.mutate({ params: { path: { trigger } }, body: { hours: Number(hours) } })}
            >
              {t("webhook.secret.make")}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

type EndProps = { trigger: string; secret: WebhookSecret; isLast: boolean; onClose: () => void };

function EndSecret({ trigger, secret, isLast, onClose }: EndProps) {
  const { t } = useTranslation();
  const stale = useStale("/api/triggers");
  const end = query.useMutation("delete", "/api/triggers/{trigger}/webhook/secrets/{number}", {
    onSuccess: async () => {
      await stale();
      announce(t("webhook.secret.ended"));
      onClose();
    },
  });
  return (
    <Confirm
      title={t("webhook.secret.end.what", { ending: secret.ending })}
      act={t("webhook.secret.end")}
      isBusy={end.isPending}
      error={end.error}
      onConfirm={() => end.mutate({ params: { path: { trigger, number: secret.id } } })}
      onClose={onClose}
    >
      {t(isLast ? "webhook.secret.end.last" : "webhook.secret.end.why")}
    </Confirm>
  );
}
