import { Alert, Button, Group } from "@mantine/core";
import { TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { query, type Webhook } from "@/api/client";
import { announce } from "@/kit/announce";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { may, useSession } from "@/kit/session";
import { useStale } from "@/kit/stale";

/** The warning that stays as long as deliveries come unsigned; an admin allows it, or forbids it again. */
export function Unsigned({ trigger, webhook }: { trigger: string; webhook: Webhook }) {
  const { t } = useTranslation();
  const session = useSession();
  const stale = useStale("/api/triggers");
  const allow = query.useMutation("put", "/api/triggers/{trigger}/webhook/unsigned", {
    onSuccess: async () => {
      await stale();
      announce(t("settings.saved"));
    },
  });
  const by = webhook.unsigned_by;
  return (
    <Alert
      color={by ? "red" : "yellow"}
      icon={<TriangleAlert aria-hidden />}
      title={t(by ? "webhook.unsigned" : "webhook.unsigned.waits")}
    >
      {by ? t("webhook.unsigned.why", { name: by.name }) : t("webhook.unsigned.waits.why")}
      <ProblemAlert error={allow.error} />
      {may(session, "settings.write") && (
        <Group mt="sm">
          <Button
            variant="default"
            size="xs"
            loading={allow.isPending}
            onClick={() => allow.mutate({ params: { path: { trigger } }, body: { allowed: !by } })}
          >
            {t(by ? "webhook.unsigned.forbid" : "webhook.unsigned.allow")}
          </Button>
        </Group>
      )}
    </Alert>
  );
}
