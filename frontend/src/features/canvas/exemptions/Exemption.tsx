import { Alert, Button, Group, Text } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Exemption as Asked, query } from "@/api/client";
import { announce } from "@/kit/announce";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { may, useSession } from "@/kit/session";
import { useStale } from "@/kit/stale";
import { AskExemption } from "./AskExemption";

/** A rule that binds a workflow, and who answers for it. */
export type Bound = { template: string; rule: string; owner: string };

/** In a list of rules it is one line. */
export type Brief = { isBrief?: boolean };

/** Whoever asked, and owners, take a request back; a new one can be asked for where none waits or holds. */
export function Exemption({ isBrief = false, ...bound }: Bound & Brief) {
  const { t } = useTranslation();
  const { id: workflow } = useParams({ from: "/inside/workflows/$id" });
  const row = query.useQuery("get", "/api/workflows/{workflow}", { params: { path: { workflow } } });
  const session = useSession();
  const [isAsking, setAsking] = useState(false);
  const stale = useStale("/api/governance/exemptions");
  const all = query.useQuery("get", "/api/governance/exemptions", { params: { query: { workflow } } });
  const withdraw = query.useMutation("post", "/api/governance/exemptions/{exemption}/withdraw", {
    onSuccess: async () => {
      await stale();
      announce(t("exemption.withdrawn"));
    },
  });
  if (!all.data || !row.data) return null;
  const team = row.data.team.id;
  const last = all.data.find((each) => each.template_name === bound.template && each.rule === bound.rule);
  const look = isBrief ? "subtle" : "default";
  const mayAsk = may(session, "publish.ask", team);
  const isOpen = last !== undefined && ["asked", "written", "approved", "exempt"].includes(last.standing);
  return (
    <>
      {last && last.standing !== "withdrawn" && <Stand asked={last} owner={bound.owner} isBrief={isBrief} />}
      <ProblemAlert error={withdraw.error} />
      <Group gap="xs" ml={isBrief ? -8 : undefined}>
        {mayAsk && !isOpen && (
          <Button size="compact-sm" variant={look} onClick={() => setAsking(true)}>
            {t("exemption.ask")}
          </Button>
        )}
        {last?.standing === "asked" && (last.own || may(session, "publish.do", team)) && (
          <Button
            size="compact-sm"
            variant={look}
            loading={withdraw.isPending}
            onClick={() => withdraw.mutate({ params: { path: { exemption: last.id } } })}
          >
            {t("exemption.withdraw")}
          </Button>
        )}
      </Group>
      {isAsking && <AskExemption workflow={workflow} {...bound} onClose={() => setAsking(false)} />}
    </>
  );
}

function Stand({ asked, owner, isBrief }: { asked: Asked; owner: string; isBrief: boolean }) {
  const { t, i18n } = useTranslation();
  const day = (text: string): string =>
    new Intl.DateTimeFormat(i18n.language, { dateStyle: "long" }).format(new Date(text));
  const said = {
    owner,
    asker: asked.asked_by,
    decider: asked.decided_by ?? "",
    on: day(asked.asked_at),
    until: day(asked.until),
    answer: asked.answer,
  };
  if (isBrief)
    return (
      <Text size="sm" fw={550}>
        {t(`exemption.is.${asked.standing}`, said)}
      </Text>
    );
  return (
    <Alert color={asked.standing === "refused" ? "orange" : "gray"} title={t(`exemption.is.${asked.standing}`, said)}>
      {t(`exemption.is.${asked.standing}.why`, said)}
      <Text size="sm" c="dimmed" mt={4}>
        {t("exemption.because", { because: asked.because })}
      </Text>
    </Alert>
  );
}
