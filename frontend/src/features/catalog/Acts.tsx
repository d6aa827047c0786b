import { Button, Checkbox, MultiSelect, Stack, Text, Textarea } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type NodeTemplate, query } from "@/api/client";
import { announce } from "@/kit/announce";
import { ButtonLink } from "@/kit/ButtonLink";
import { Confirm } from "@/kit/Confirm";
import { Dialog } from "@/kit/Dialog";
import { may, useSession } from "@/kit/session";
import { useStale } from "@/kit/stale";
import classes from "./catalog.module.css";
import { Problems } from "./Problems";

type Step = "propose" | "approve";
type Asked = "publish" | "return" | "deprecate" | "revoke" | "drop";

/** What can be done next. Two people approve a template: whoever wrote or proposed it is not offered to. */
export function Acts({ shown, onOther }: { shown: NodeTemplate; onOther: (number: number) => void }) {
  const { t } = useTranslation();
  const session = useSession();
  const [asked, setAsked] = useState<Asked | null>(null);
  const stale = useStale("/api/node-templates", "/api/catalog");
  const told = (sentence: string) => async (): Promise<void> => {
    await stale();
    announce(sentence);
    setAsked(null);
  };
  const steps = {
    propose: query.useMutation("post", "/api/node-templates/{template}/versions/{number}/propose", {
      onSuccess: told(t("catalog.proposed")),
    }),
    approve: query.useMutation("post", "/api/node-templates/{template}/versions/{number}/approve", {
      onSuccess: told(t("catalog.approved")),
    }),
  };
  const again = query.useMutation("post", "/api/node-templates", {
    onSuccess: async (made) => {
      await stale();
      onOther(made.number);
    },
  });
  const retake = query.useMutation("post", "/api/mcp-servers/{server}/take", {
    onSuccess: async ([made]) => {
      await stale();
      if (made) onOther(made.number);
    },
  });
  const { kind, server = "", tool = "" } = (shown.source.origin ?? {}) as Record<string, string>;
  /** What a server says of a tool is taken anew: the old fingerprint would never be usable again. */
  const revise = (): void => {
    if (kind === "mcp") retake.mutate({ params: { path: { server } }, body: { tools: [tool] } });
    else again.mutate({ body: { source: { ...shown.source }, note: "" } });
  };
  if (!may(session, "template.write")) return null;
  const { state } = shown;
  const path = { template: shown.id, number: shown.number };
  const step = (name: Step, isOff = false) => (
    <Button disabled={isOff} loading={steps[name].isPending} onClick={() => steps[name].mutate({ params: { path } })}>
      {t(`catalog.${name}`)}
    </Button>
  );
  const ask = (name: Asked) => (
    <Button variant="default" onClick={() => setAsked(name)}>
      {t(`catalog.${name}`)}
    </Button>
  );
  const isOut = state === "published" || state === "deprecated";
  return (
    <Stack gap="xs">
      <Problems error={steps.propose.error ?? steps.approve.error ?? again.error ?? retake.error} />
      <div className={classes.acts}>
        {state === "draft" && step("propose")}
        {state === "draft" && (
          <ButtonLink
            to="/catalog/$id/edit"
            params={{ id: shown.id }}
            search={{ version: shown.number }}
            variant="default"
          >
            {t("catalog.edit")}
          </ButtonLink>
        )}
        {state === "proposed" && step("approve", shown.own)}
        {state === "proposed" && ask("return")}
        {state === "approved" && <Button onClick={() => setAsked("publish")}>{t("catalog.publish")}</Button>}
        {isOut && ask("publish")}
        {state === "published" && ask("deprecate")}
        {(state === "approved" || isOut) && ask("revoke")}
        {(state === "draft" || state === "proposed") && ask("drop")}
        {(isOut || state === "approved" || state === "revoked") && (
          <Button variant="default" loading={again.isPending || retake.isPending} onClick={revise}>
            {t("catalog.revise")}
          </Button>
        )}
      </div>
      {state === "proposed" && (
        <Text size="sm" c="dimmed">
          {t(shown.own ? "catalog.second.mine" : "catalog.second")}
        </Text>
      )}
      {asked === "publish" && (
        <Publish shown={shown} onDone={told(t("catalog.published"))} onClose={() => setAsked(null)} />
      )}
      {asked === "drop" && <Drop shown={shown} onClose={() => setAsked(null)} />}
      {(asked === "return" || asked === "deprecate" || asked === "revoke") && (
        <WithReason
          shown={shown}
          act={asked}
          onDone={told(t(`catalog.${asked}.done`))}
          onClose={() => setAsked(null)}
        />
      )}
    </Stack>
  );
}

type Props = { shown: NodeTemplate; onClose: () => void };

function Publish({ shown, onClose, onDone }: Props & { onDone: () => Promise<void> }) {
  const { t } = useTranslation();
  const teams = query.useQuery("get", "/api/teams");
  const [isAll, setAll] = useState(!shown.teams);
  const [chosen, setChosen] = useState<string[]>(shown.teams ?? []);
  const publish = query.useMutation("post", "/api/node-templates/{template}/versions/{number}/publish", {
    onSuccess: onDone,
  });
  return (
    <Dialog
      title={t("catalog.publish")}
      act={t("catalog.publish")}
      isBusy={publish.isPending}
      isReady={isAll || chosen.length > 0}
      told={<Problems error={publish.error} />}
      onClose={onClose}
      onAct={() =>
        publish.mutate({
          params: { path: { template: shown.id, number: shown.number } },
          body: { teams: isAll ? null : chosen },
        })
      }
    >
      <Checkbox
        label={t("catalog.allTeams")}
        checked={isAll}
        onChange={(event) => setAll(event.currentTarget.checked)}
        data-autofocus
      />
      {!isAll && (
        <MultiSelect
          label={t("catalog.teams")}
          data={(teams.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          value={chosen}
          onChange={setChosen}
          searchable
          hidePickedOptions
        />
      )}
    </Dialog>
  );
}

function WithReason({
  shown,
  act,
  onClose,
  onDone,
}: Props & { act: "return" | "deprecate" | "revoke"; onDone: () => Promise<void> }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const doIt = query.useMutation("post", `/api/node-templates/{template}/versions/{number}/${act}`, {
    onSuccess: onDone,
  });
  return (
    <Dialog
      title={t(`catalog.${act}`)}
      act={t(`catalog.${act}`)}
      isBusy={doIt.isPending}
      isReady={reason.trim() !== ""}
      told={<Problems error={doIt.error} />}
      onClose={onClose}
      onAct={() => doIt.mutate({ params: { path: { template: shown.id, number: shown.number } }, body: { reason } })}
    >
      <Textarea
        label={t("catalog.reason")}
        description={t(`catalog.${act}.why`)}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        autosize
        minRows={3}
        data-autofocus
      />
    </Dialog>
  );
}

function Drop({ shown, onClose }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const stale = useStale("/api/node-templates");
  const drop = query.useMutation("delete", "/api/node-templates/{template}/versions/{number}", {
    onSuccess: async () => {
      await navigate({ to: "/catalog" });
      await stale();
    },
  });
  return (
    <Confirm
      title={t("catalog.drop")}
      act={t("catalog.drop")}
      isBusy={drop.isPending}
      error={drop.error}
      onConfirm={() => drop.mutate({ params: { path: { template: shown.id, number: shown.number } } })}
      onClose={onClose}
    >
      {t("catalog.drop.why")}
    </Confirm>
  );
}
