import { Checkbox, Group, MultiSelect, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type GovernanceVersion, query, type Stage } from "@/api/client";
import { announce } from "@/kit/announce";
import { Dialog } from "@/kit/Dialog";
import { useStale } from "@/kit/stale";
import { Refusal } from "./ImportTemplate";

const STAGES = ["sandbox", "pilot", "production"] as const satisfies readonly Stage[];
type Props = { shown: GovernanceVersion; onClose: () => void };

/** Whom it binds is a new version: that too takes a second person. */
export function Assign({ shown, onClose, onMade }: Props & { onMade: (number: number) => void }) {
  const { t } = useTranslation();
  const teams = query.useQuery("get", "/api/teams");
  const { teams: bound, stages: at } = shown.applies_to;
  const [isAll, setAll] = useState(!Array.isArray(bound));
  const [chosen, setChosen] = useState(Array.isArray(bound) ? bound.map(String) : []);
  const [stages, setStages] = useState<Stage[]>(Array.isArray(at) ? (at as Stage[]) : [...STAGES]);
  const stale = useStale("/api/governance");
  const assign = query.useMutation("post", "/api/governance/{template}/versions/{number}/assign", {
    onSuccess: async (made) => {
      await stale();
      announce(t("governance.assigned", { number: made.number }));
      onClose();
      onMade(made.number);
    },
  });
  const names = [...new Set([...(teams.data ?? []).map(({ name }) => name), ...chosen])];
  return (
    <Dialog
      title={t("governance.assign")}
      act={t("governance.assign.do")}
      isBusy={assign.isPending}
      isReady={stages.length > 0 && (isAll || chosen.length > 0)}
      told={<Refusal error={assign.error} />}
      onClose={onClose}
      onAct={() =>
        assign.mutate({
          params: { path: { template: shown.id, number: shown.number } },
          body: { teams: isAll ? null : chosen, stages },
        })
      }
    >
      <Checkbox
        label={t("governance.allTeams")}
        checked={isAll}
        onChange={(event) => setAll(event.currentTarget.checked)}
      />
      {!isAll && (
        <MultiSelect
          label={t("governance.teams")}
          data={names}
          value={chosen}
          onChange={setChosen}
          searchable
          hidePickedOptions
        />
      )}
      <Checkbox.Group
        label={t("governance.stages")}
        value={stages}
        onChange={(next) => setStages(STAGES.filter((stage) => next.includes(stage)))}
      >
        <Group mt="xs">
          {STAGES.map((stage) => (
            <Checkbox key={stage} value={stage} label={t(`stage.${stage}`)} />
          ))}
        </Group>
      </Checkbox.Group>
    </Dialog>
  );
}

export function Enforce({ shown, onClose }: Props) {
  const { t } = useTranslation();
  const today = new Date().toISOString().slice(0, 10);
  const [day, setDay] = useState(today);
  const stale = useStale("/api/governance");
  const enforce = query.useMutation("post", "/api/governance/{template}/versions/{number}/enforce", {
    onSuccess: async () => {
      await stale();
      announce(t("governance.enforced"));
      onClose();
    },
  });
  return (
    <Dialog
      title={t("governance.enforce")}
      act={t("governance.enforce")}
      isBusy={enforce.isPending}
      isReady={day !== ""}
      told={<Refusal error={enforce.error} />}
      onClose={onClose}
      onAct={() => enforce.mutate({ params: { path: { template: shown.id, number: shown.number } }, body: { day } })}
    >
      <TextInput
        type="date"
        min={today}
        label={t("governance.day")}
        description={t("governance.enforce.why")}
        value={day}
        onChange={(event) => setDay(event.currentTarget.value)}
        data-autofocus
      />
    </Dialog>
  );
}

export function Retire({ shown, onClose }: Props) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const stale = useStale("/api/governance");
  const retire = query.useMutation("post", "/api/governance/{template}/versions/{number}/retire", {
    onSuccess: async () => {
      await stale();
      announce(t("governance.retired"));
      onClose();
    },
  });
  return (
    <Dialog
      title={t("governance.retire")}
      act={t("governance.retire")}
      isBusy={retire.isPending}
      isReady={reason.trim() !== ""}
      told={<Refusal error={retire.error} />}
      onClose={onClose}
      onAct={() => retire.mutate({ params: { path: { template: shown.id, number: shown.number } }, body: { reason } })}
    >
      <Textarea
        label={t("governance.reason")}
        description={t("governance.retire.why")}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        autosize
        minRows={3}
        data-autofocus
      />
    </Dialog>
  );
}
