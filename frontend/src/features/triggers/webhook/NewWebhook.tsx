import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { announce } from "@/kit/announce";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { useStale } from "@/kit/stale";

/** Makes a webhook, off, and goes on to its page; what it is called is enough to begin with. */
export function NewWebhook({ workflow, onClose }: { workflow: string; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const stale = useStale("/api/workflows");
  const make = query.useMutation("post", "/api/workflows/{workflow}/triggers", {
    onSuccess: async ({ id }) => {
      await stale();
      announce(t("webhook.isMade"));
      await navigate({ to: "/workflows/$id/webhooks/$trigger", params: { id: workflow, trigger: id } });
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const body = { kind: "webhook" as const, name: name.trim(), settings: {}, on: false };
    make.mutate({ params: { path: { workflow } }, body });
  };
  return (
    <Modal opened onClose={onClose} title={t("webhook.new")}>
      <form onSubmit={submit}>
        <Stack>
          <ProblemAlert error={make.error} />
          <TextInput
            label={t("webhook.name")}
            description={t("webhook.name.why")}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            maxLength={200}
            required
            withAsterisk={false}
            data-autofocus
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t("kit.cancel")}
            </Button>
            <Button type="submit" loading={make.isPending} disabled={!name.trim()}>
              {t("webhook.make")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
