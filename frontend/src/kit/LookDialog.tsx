import { List, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { announce } from "./announce";
import { Dialog } from "./Dialog";
import { ProblemAlert } from "./ProblemAlert";
import { useStale } from "./stale";

/** Says what it means to look inside a run (for how long, who is told, where it is written), and asks why. */
export function LookDialog({ run, onClose }: { run: string; onClose: () => void }) {
  const { t } = useTranslation();
  const stale = useStale("/api/runs", "/api/reviews", "/api/files");
  const [reason, setReason] = useState("");
  const look = query.useMutation("post", "/api/runs/{run}/look", {
    onSuccess: async () => {
      await stale();
      announce(t("look.done"));
      onClose();
    },
  });
  return (
    <Dialog
      title={t("look.title")}
      act={t("look.act")}
      isBusy={look.isPending}
      isReady={reason.trim() !== ""}
      told={<ProblemAlert error={look.error} />}
      onClose={onClose}
      onAct={() => look.mutate({ params: { path: { run } }, body: { reason } })}
    >
      <Text size="sm">{t("look.why")}</Text>
      <List size="sm" spacing={4}>
        <List.Item>{t("look.told")}</List.Item>
        <List.Item>{t("look.written")}</List.Item>
      </List>
      <Textarea
        label={t("look.reason")}
        description={t("look.reason.why")}
        required
        maxLength={500}
        autosize
        minRows={3}
        maxRows={8}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        data-autofocus
      />
    </Dialog>
  );
}
