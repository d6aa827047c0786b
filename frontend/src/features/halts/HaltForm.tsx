import { Select, Text, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type HaltThing, query } from "@/api/client";
import { announce } from "@/kit/announce";
import { Dialog } from "@/kit/Dialog";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { useStale } from "@/kit/stale";
import { isChosen, ThingFields } from "./ThingFields";

const SCOPES = ["team", "workflow", "node_type", "connection", "credential", "rule", "organisation"] as const;

/** Stops something: what, why, and until when. Before it is done it says what is under way. */
export function HaltForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [thing, setThing] = useState<HaltThing>({ scope: "team" });
  const [because, setBecause] = useState("");
  const [until, setUntil] = useState("");
  const stale = useStale("/api/halts");
  const make = query.useMutation("post", "/api/halts", {
    onSuccess: async (made) => {
      await stale();
      announce(t("halt.made", { count: made.halted }));
      onClose();
    },
  });
  return (
    <Dialog
      title={t("halt.make")}
      act={t("halt.make.act")}
      isGrave
      isBusy={make.isPending}
      isReady={isChosen(thing) && because.trim() !== ""}
      told={<ProblemAlert error={make.error} />}
      onClose={onClose}
      onAct={() =>
        make.mutate({
          body: { ...thing, because: because.trim(), until: until === "" ? null : new Date(until).toISOString() },
        })
      }
    >
      <Text size="sm">{t("halt.what")}</Text>
      <Select
        label={t("halt.scope")}
        data={SCOPES.map((value) => ({ value, label: t(`halt.scope.${value}`) }))}
        value={thing.scope}
        onChange={(scope) => scope && setThing({ scope })}
        allowDeselect={false}
      />
      <ThingFields thing={thing} onChange={setThing} />
      <Textarea
        label={t("halt.because")}
        description={t("halt.because.why")}
        required
        withAsterisk={false}
        maxLength={2000}
        autosize
        minRows={2}
        maxRows={8}
        value={because}
        onChange={(event) => setBecause(event.currentTarget.value)}
      />
      <TextInput
        type="datetime-local"
        label={t("halt.until")}
        description={t("halt.until.why")}
        value={until}
        onChange={(event) => setUntil(event.currentTarget.value)}
      />
      {isChosen(thing) && <Reach thing={thing} />}
    </Dialog>
  );
}

/** What is under way and would be held. */
function Reach({ thing }: { thing: HaltThing }) {
  const { t } = useTranslation();
  const asked = query.useQuery("post", "/api/halts/reach", { body: thing });
  if (!asked.data) return <ProblemAlert error={asked.error} />;
  const { runs, workflows } = asked.data;
  return (
    <Text size="sm" role="status" fw={runs > 0 ? 600 : undefined}>
      {t("halt.reach", { count: runs })}
      {workflows.length > 0 && ` ${t("halt.reach.of", { names: workflows.map(({ name }) => name).join(", ") })}`}
    </Text>
  );
}
