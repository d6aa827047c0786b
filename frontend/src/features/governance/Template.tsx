import { Button, Select, Text } from "@mantine/core";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type GovernanceVersion, query } from "@/api/client";
import { announce } from "@/kit/announce";
import { Card, Page, Part } from "@/kit/Page";
import { may, useSession } from "@/kit/session";
import { useStale } from "@/kit/stale";
import { Empty, Failure, Loading } from "@/kit/states";
import { TextLink } from "@/kit/TextLink";
import { Assign, Enforce, Retire } from "./acts";
import { Exempt } from "./Exempt";
import classes from "./governance.module.css";
import { Refusal } from "./ImportTemplate";
import { Rules } from "./Rules";
import { StateBadge } from "./StateBadge";
import { sayScope } from "./scope";
import type { Rule } from "./sentences";

/** One template: what it says, whom it binds, and where each version is in its life. */
export function Template() {
  const { t } = useTranslation();
  const { id } = useParams({ from: "/inside/governance/$id" });
  const { version } = useSearch({ from: "/inside/governance/$id" });
  const navigate = useNavigate();
  const asked = query.useQuery("get", "/api/governance");
  if (asked.error) return <Failure error={asked.error} onRetry={() => asked.refetch()} />;
  if (!asked.data) return <Loading />;
  const versions = asked.data.filter((each) => each.id === id);
  const shown =
    versions.find((each) => each.number === version) ??
    versions.find(({ state }) => state === "enforced") ??
    versions[0];
  if (!shown) return <Empty title={t("shell.notFound")}>{t("shell.notFound.why")}</Empty>;
  const open = (number: number): void => {
    navigate({ to: "/governance/$id", params: { id }, search: { version: number } });
  };
  return (
    <Page
      title={shown.name}
      lead={
        <>
          <TextLink to="/governance">{t("governance.title")}</TextLink> · {shown.owner}
        </>
      }
      actions={
        <>
          <Select
            aria-label={t("governance.whichVersion")}
            value={String(shown.number)}
            onChange={(number) => number && open(Number(number))}
            data={versions.map((each) => ({
              value: String(each.number),
              label: `${t("governance.version", { number: each.number })} · ${t(`governance.state.${each.state}`)}`,
            }))}
            w={220}
          />
          <StateBadge state={shown.state} />
        </>
      }
    >
      <Text maw="72ch" mb="lg">
        {shown.because}
      </Text>
      <Acts key={shown.number} shown={shown} onOther={open} />
      <Part title={t("governance.says")}>
        <Rules rules={(Array.isArray(shown.source.rules) ? shown.source.rules : []) as unknown as Rule[]} />
      </Part>
      <Part title={t("governance.binds")}>
        <Card padded>{sayScope(shown, t)}</Card>
      </Part>
      {Array.isArray(shown.source.exemptions) && shown.source.exemptions.length > 0 && (
        <Part title={t("governance.exemptions")}>
          <Exempt exemptions={shown.source.exemptions} />
        </Part>
      )}
      <Part title={t("governance.life")}>
        <Card padded>
          <Life shown={shown} />
        </Card>
      </Part>
    </Page>
  );
}

function Life({ shown }: { shown: GovernanceVersion }) {
  const { t, i18n } = useTranslation();
  const day = (text: string): string =>
    new Intl.DateTimeFormat(i18n.language, { dateStyle: "long" }).format(new Date(text));
  return (
    <ul className={classes.life}>
      <li>{t("governance.madeBy", { who: shown.made_by, day: day(shown.made_at) })}</li>
      {shown.approved_by && <li>{t("governance.approvedBy", { who: shown.approved_by })}</li>}
      {shown.enforced_by && shown.enforced_from && (
        <li>{t("governance.enforcedBy", { who: shown.enforced_by, day: day(shown.enforced_from) })}</li>
      )}
      {shown.retired_by && <li>{t("governance.retiredBy", { who: shown.retired_by })}</li>}
      {shown.note && <li>{shown.note}</li>}
    </ul>
  );
}

/** What can be done next. Two people approve a template: whoever wrote it is not offered to. */
function Acts({ shown, onOther }: { shown: GovernanceVersion; onOther: (number: number) => void }) {
  const { t } = useTranslation();
  const session = useSession();
  const [doing, setDoing] = useState<"assign" | "enforce" | "retire" | null>(null);
  const stale = useStale("/api/governance");
  const approve = query.useMutation("post", "/api/governance/{template}/versions/{number}/approve", {
    onSuccess: async () => {
      await stale();
      announce(t("governance.approved"));
    },
  });
  if (!may(session, "governance.write")) return null;
  const isMine = shown.made_by === session.person.name;
  const path = { template: shown.id, number: shown.number };
  const close = (): void => setDoing(null);
  return (
    <>
      <Refusal error={approve.error} />
      <div className={classes.acts}>
        {shown.state === "draft" && (
          <Button disabled={isMine} loading={approve.isPending} onClick={() => approve.mutate({ params: { path } })}>
            {t("governance.approve")}
          </Button>
        )}
        {shown.state === "approved" && <Button onClick={() => setDoing("enforce")}>{t("governance.enforce")}</Button>}
        <Button variant="default" onClick={() => setDoing("assign")}>
          {t("governance.assign")}
        </Button>
        {shown.state !== "retired" && (
          <Button variant="default" onClick={() => setDoing("retire")}>
            {t("governance.retire")}
          </Button>
        )}
      </div>
      {shown.state === "draft" && (
        <Text size="sm" c="dimmed" mt="xs">
          {t(isMine ? "governance.second.mine" : "governance.second")}
        </Text>
      )}
      {doing === "assign" && <Assign shown={shown} onClose={close} onMade={onOther} />}
      {doing === "enforce" && <Enforce shown={shown} onClose={close} />}
      {doing === "retire" && <Retire shown={shown} onClose={close} />}
    </>
  );
}
