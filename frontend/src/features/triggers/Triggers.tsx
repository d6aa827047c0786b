import { Button, Menu } from "@mantine/core";
import { useNavigate, useParams } from "@tanstack/react-router";
import type { TFunction } from "i18next";
import { CalendarClock, Plus, Webhook } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import type { Schema } from "@/graph";
import { ButtonLink } from "@/kit/ButtonLink";
import { Card, Page } from "@/kit/Page";
import { may, useSession } from "@/kit/session";
import { Empty, Failure, Loading } from "@/kit/states";
import { FromProgram } from "./FromProgram";
import type { Kind, Trigger } from "./kinds";
import { ScheduleDialog } from "./ScheduleDialog";
import { ScheduleLine } from "./ScheduleLine";
import { ScheduleLog } from "./ScheduleLog";
import { TriggerRow } from "./TriggerRow";
import classes from "./triggers.module.css";
import { HookLine } from "./webhook/HookLine";
import { NewWebhook } from "./webhook/NewWebhook";

/** What each kind does, in one line. */
const WORDS: Record<Kind, (trigger: Trigger, t: TFunction) => ReactNode> = {
  schedule: (trigger) => <ScheduleLine trigger={trigger} />,
  webhook: (trigger) => <HookLine trigger={trigger} />,
  api: (_, t) => t("triggers.kind.api"),
};

type Open = { what: "edit" | "log"; kind: Kind; trigger: Trigger | null };

/** Everything that starts a workflow beside its form. */
export function Triggers() {
  const { t } = useTranslation();
  const { id } = useParams({ from: "/inside/workflows/$id/triggers" });
  const navigate = useNavigate();
  const session = useSession();
  const init = { params: { path: { workflow: id } } };
  const workflow = query.useQuery("get", "/api/workflows/{workflow}", init);
  const asked = query.useQuery("get", "/api/workflows/{workflow}/triggers", init);
  const [open, setOpen] = useState<Open | null>(null);
  const error = workflow.error ?? asked.error;
  if (error) return <Failure error={error} onRetry={() => asked.refetch()} />;
  if (!workflow.data || !asked.data) return <Loading lines={5} />;
  const list = asked.data;
  const mayWrite = may(session, "trigger.write", workflow.data.team.id) && !workflow.data.archived;
  const add = mayWrite && (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <Button leftSection={<Plus aria-hidden size={16} />}>{t("triggers.add")}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<CalendarClock aria-hidden size={16} />}
          onClick={() => setOpen({ what: "edit", kind: "schedule", trigger: null })}
        >
          {t("triggers.kind.schedule")}
        </Menu.Item>
        <Menu.Item
          leftSection={<Webhook aria-hidden size={16} />}
          onClick={() => setOpen({ what: "edit", kind: "webhook", trigger: null })}
        >
          {t("triggers.kind.webhook")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
  return (
    <Page
      title={t("triggers.of", { name: workflow.data.name })}
      lead={t("triggers.lead")}
      actions={
        <>
          <ButtonLink to="/workflows/$id" params={{ id }} variant="default">
            {t("start.open")}
          </ButtonLink>
          {list.items.length > 0 && add}
        </>
      }
    >
      {list.items.length === 0 ? (
        <Card>
          <Empty
            art={<CalendarClock aria-hidden size={32} strokeWidth={1.5} />}
            title={t("triggers.none")}
            action={add}
          >
            {t(mayWrite ? "triggers.none.why" : "triggers.none.look")}
          </Empty>
        </Card>
      ) : (
        <ul className={classes.rows} aria-label={t("triggers.title")}>
          {list.items.map((trigger) => (
            <TriggerRow
              key={trigger.id}
              trigger={trigger}
              mayWrite={mayWrite}
              words={WORDS[trigger.kind](trigger, t)}
              onEdit={
                trigger.kind === "webhook"
                  ? () => navigate({ to: "/workflows/$id/webhooks/$trigger", params: { id, trigger: trigger.id } })
                  : trigger.kind === "schedule"
                    ? () => setOpen({ what: "edit", kind: trigger.kind, trigger })
                    : undefined
              }
              onLog={
                trigger.kind === "schedule"
                  ? () => setOpen({ what: "log", kind: trigger.kind, trigger })
                  : trigger.kind === "webhook"
                    ? () => navigate({ to: "/workflows/$id/deliveries/$trigger", params: { id, trigger: trigger.id } })
                    : undefined
              }
            />
          ))}
        </ul>
      )}
      <FromProgram workflow={id} inputs={list.inputs as Schema} live={list.version} />
      {open?.kind === "schedule" && open.what === "edit" && (
        <ScheduleDialog workflow={id} list={list} trigger={open.trigger} onClose={() => setOpen(null)} />
      )}
      {open?.kind === "webhook" && <NewWebhook workflow={id} onClose={() => setOpen(null)} />}
      {open?.kind === "schedule" && open.what === "log" && open.trigger && (
        <ScheduleLog trigger={open.trigger} onClose={() => setOpen(null)} />
      )}
    </Page>
  );
}
