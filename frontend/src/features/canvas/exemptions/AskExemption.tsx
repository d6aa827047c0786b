import { Text, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { announce } from "@/kit/announce";
import { Dialog } from "@/kit/Dialog";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { useStale } from "@/kit/stale";
import type { Bound } from "./Exemption";

const DAY = 86_400_000;
const dayAfter = (days: number): string => new Date(Date.now() + days * DAY).toISOString().slice(0, 10);

/** Asks the owner of a rule that it not bind this workflow: why, and until when. */
export function AskExemption({
  workflow,
  template,
  rule,
  owner,
  onClose,
}: Bound & { workflow: string; onClose: () => void }) {
  const { t } = useTranslation();
  const [because, setBecause] = useState("");
  const [until, setUntil] = useState(dayAfter(30));
  const stale = useStale("/api/governance/exemptions");
  const ask = query.useMutation("post", "/api/governance/exemptions", {
    onSuccess: async () => {
      await stale();
      announce(t("exemption.asked"));
      onClose();
    },
  });
  return (
    <Dialog
      title={t("exemption.ask")}
      act={t("exemption.send")}
      isBusy={ask.isPending}
      isReady={because.trim() !== "" && until !== ""}
      told={<ProblemAlert error={ask.error} />}
      onClose={onClose}
      onAct={() => ask.mutate({ body: { workflow, template, rule, because: because.trim(), until } })}
    >
      <Text size="sm">{t("exemption.what", { template, rule, owner })}</Text>
      <Textarea
        label={t("exemption.reason")}
        description={t("exemption.reason.why")}
        required
        maxLength={2000}
        autosize
        minRows={3}
        maxRows={10}
        value={because}
        onChange={(event) => setBecause(event.currentTarget.value)}
        data-autofocus
      />
      <TextInput
        type="date"
        label={t("exemption.until")}
        description={t("exemption.until.why")}
        required
        min={dayAfter(0)}
        max={dayAfter(366)}
        value={until}
        onChange={(event) => setUntil(event.currentTarget.value)}
      />
    </Dialog>
  );
}
