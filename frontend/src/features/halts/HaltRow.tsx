import { Badge, Button, Group } from "@mantine/core";
import { Blocks, Cpu, House, KeyRound, OctagonMinus, ShieldCheck, UsersRound, Workflow } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Halt, query } from "@/api/client";
import { announce } from "@/kit/announce";
import { Confirm } from "@/kit/Confirm";
import { Moment } from "@/kit/Moment";
import { Row } from "@/kit/Rows";
import { useStale } from "@/kit/stale";

const SIGNS = {
  organisation: House,
  team: UsersRound,
  workflow: Workflow,
  node_type: Blocks,
  connection: Cpu,
  credential: KeyRound,
  rule: ShieldCheck,
} as const;

/** One halt: what it stops, who says so and why, how long, and what it holds. */
export function HaltRow({ halt, mayLift }: { halt: Halt; mayLift: boolean }) {
  const { t } = useTranslation();
  const [isLifting, setLifting] = useState(false);
  const Sign = SIGNS[halt.scope];
  const what = halt.name || t(halt.scope === "organisation" ? "halt.scope.organisation" : "halt.gone");
  return (
    <Row
      sign={<Sign aria-hidden size={20} strokeWidth={1.7} />}
      title={
        <Group gap="xs" component="span">
          {what}
          {halt.stands ? (
            <Badge color="red" leftSection={<OctagonMinus aria-hidden size={12} />}>
              {t("halt.stands")}
            </Badge>
          ) : (
            <Badge color="gray">{t("halt.over")}</Badge>
          )}
        </Group>
      }
      below={
        <>
          {halt.scope !== "organisation" && <div>{t(`halt.scope.${halt.scope}`)}</div>}
          <div>{halt.because}</div>
          <div>
            {t("halt.by", { name: halt.made_by })} <Moment at={halt.made_at} />
            {halt.stands && (
              <>
                {" · "}
                {halt.until ? t("halt.until.is") : t("halt.until.none")} {halt.until && <Moment at={halt.until} />}
              </>
            )}
            {halt.lifted_at && (
              <>
                {" · "}
                {t("halt.lifted.by", { name: halt.lifted_by })} <Moment at={halt.lifted_at} />
              </>
            )}
          </div>
          {halt.stands && <div>{t("halt.held", { count: halt.halted })}</div>}
          {halt.stands && mayLift && (
            <Button
              size="xs"
              variant="default"
              mt="xs"
              aria-label={t("halt.lift.what", { name: what })}
              onClick={() => setLifting(true)}
            >
              {t("halt.lift")}
            </Button>
          )}
          {isLifting && <Lift halt={halt} what={what} onClose={() => setLifting(false)} />}
        </>
      }
    />
  );
}

function Lift({ halt, what, onClose }: { halt: Halt; what: string; onClose: () => void }) {
  const { t } = useTranslation();
  const stale = useStale("/api/halts");
  const lift = query.useMutation("post", "/api/halts/{halt}/lift", {
    onSuccess: async () => {
      await stale();
      announce(t("halt.lifted", { name: what }));
      onClose();
    },
  });
  return (
    <Confirm
      title={t("halt.lift.sure", { name: what })}
      act={t("halt.lift")}
      isBusy={lift.isPending}
      isGentle
      error={lift.error}
      onConfirm={() => lift.mutate({ params: { path: { halt: halt.id } } })}
      onClose={onClose}
    >
      {t("halt.lift.why", { count: halt.halted })}
    </Confirm>
  );
}
