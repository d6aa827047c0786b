import { Badge, Button, Text, Textarea } from "@mantine/core";
import { CalendarClock } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Exemption, query } from "@/api/client";
import { announce } from "@/kit/announce";
import { Dialog } from "@/kit/Dialog";
import { Moment } from "@/kit/Moment";
import { Part } from "@/kit/Page";
import { Row, Rows } from "@/kit/Rows";
import { useStale } from "@/kit/stale";
import { Failure } from "@/kit/states";
import { TextLink } from "@/kit/TextLink";
import { Refusal } from "./ImportTemplate";

const COLOURS = {
  asked: "accent",
  written: "accent",
  approved: "accent",
  exempt: "green",
  refused: "gray",
  withdrawn: "gray",
  ended: "gray",
  lapsed: "gray",
} as const;
const OVER: readonly Exemption["standing"][] = ["refused", "withdrawn", "ended", "lapsed"];

/** What was asked for: what waits stands first, what is over last, and can be left out. */
export function Exemptions() {
  const { t } = useTranslation();
  const asked = query.useQuery("get", "/api/governance/exemptions");
  const [isAll, setAll] = useState(false);
  if (asked.error) return <Failure error={asked.error} onRetry={() => asked.refetch()} />;
  if (!asked.data || asked.data.length === 0) return null;
  const place = (each: Exemption): number => (each.decides ? 0 : OVER.includes(each.standing) ? 2 : 1);
  const sorted = [...asked.data].sort((one, other) => place(one) - place(other));
  const shown = isAll ? sorted : sorted.filter((each) => place(each) < 2);
  return (
    <Part title={t("governance.exemptions")}>
      {shown.length > 0 && (
        <Rows label={t("governance.exemptions")}>
          {shown.map((each) => (
            <Asked key={each.id} asked={each} />
          ))}
        </Rows>
      )}
      {shown.length < sorted.length && (
        <Button variant="subtle" color="gray" size="compact-sm" mt="xs" onClick={() => setAll(true)}>
          {t("governance.exemptions.over", { count: sorted.length - shown.length })}
        </Button>
      )}
    </Part>
  );
}

function Asked({ asked }: { asked: Exemption }) {
  const { t, i18n } = useTranslation();
  const [doing, setDoing] = useState<"grant" | "refuse" | null>(null);
  const day = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium" }).format(new Date(asked.until));
  return (
    <Row
      sign={<CalendarClock aria-hidden size={20} strokeWidth={1.7} />}
      title={
        <TextLink to="/workflows/$id" params={{ id: asked.workflow.id }}>
          {asked.workflow.name}
        </TextLink>
      }
      below={
        <>
          {t("governance.exemption.from", { rule: asked.rule, template: asked.template_name, until: day })}
          <br />
          {t("kit.quoted", { text: asked.because })}
          {asked.answer && (
            <>
              <br />
              {t("governance.exemption.answer", { who: asked.decided_by, answer: asked.answer })}
            </>
          )}
        </>
      }
      facts={
        <>
          <Badge color={COLOURS[asked.standing]}>{t(`governance.exemption.${asked.standing}`)}</Badge>
          <Text size="sm" c="dimmed" w="100%">
            {asked.workflow.team} · {t("governance.exemption.by", { who: asked.asked_by })}{" "}
            <Moment at={asked.asked_at} />
          </Text>
          {asked.version !== null && !OVER.includes(asked.standing) && (
            <Text size="sm" w="100%">
              <TextLink to="/governance/$id" params={{ id: asked.template }} search={{ version: asked.version }}>
                {t("governance.version", { number: asked.version })}
              </TextLink>
            </Text>
          )}
        </>
      }
      hasManyActs
      acts={
        asked.decides && (
          <>
            <Button size="compact-sm" onClick={() => setDoing("grant")}>
              {t("governance.exemption.grant")}
            </Button>
            <Button size="compact-sm" variant="default" onClick={() => setDoing("refuse")}>
              {t("governance.exemption.refuse")}
            </Button>
            {doing === "grant" && <Grant asked={asked} onClose={() => setDoing(null)} />}
            {doing === "refuse" && <Refuse asked={asked} onClose={() => setDoing(null)} />}
          </>
        )
      }
    />
  );
}

type Props = { asked: Exemption; onClose: () => void };

function Grant({ asked, onClose }: Props) {
  const { t } = useTranslation();
  const stale = useStale("/api/governance");
  const grant = query.useMutation("post", "/api/governance/exemptions/{exemption}/grant", {
    onSuccess: async ({ version }) => {
      await stale();
      announce(t("governance.exemption.granted", { number: version ?? 0 }));
      onClose();
    },
  });
  return (
    <Dialog
      title={t("governance.exemption.grant.title", { name: asked.workflow.name })}
      act={t("governance.exemption.grant")}
      isBusy={grant.isPending}
      isReady
      told={<Refusal error={grant.error} />}
      onClose={onClose}
      onAct={() => grant.mutate({ params: { path: { exemption: asked.id } } })}
    >
      <Text>{t("governance.exemption.grant.why", { template: asked.template_name })}</Text>
    </Dialog>
  );
}

function Refuse({ asked, onClose }: Props) {
  const { t } = useTranslation();
  const [answer, setAnswer] = useState("");
  const stale = useStale("/api/governance");
  const refuse = query.useMutation("post", "/api/governance/exemptions/{exemption}/refuse", {
    onSuccess: async () => {
      await stale();
      announce(t("governance.exemption.refused.done"));
      onClose();
    },
  });
  return (
    <Dialog
      title={t("governance.exemption.refuse.title", { name: asked.workflow.name })}
      act={t("governance.exemption.refuse")}
      isBusy={refuse.isPending}
      isReady={answer.trim() !== ""}
      told={<Refusal error={refuse.error} />}
      onClose={onClose}
      onAct={() => refuse.mutate({ params: { path: { exemption: asked.id } }, body: { answer } })}
    >
      <Textarea
        label={t("governance.reason")}
        description={t("governance.exemption.refuse.why")}
        maxLength={2000}
        autosize
        minRows={3}
        value={answer}
        onChange={(event) => setAnswer(event.currentTarget.value)}
        data-autofocus
      />
    </Dialog>
  );
}
