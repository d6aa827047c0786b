import { Button, Group, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import type { components } from "@/api/schema";
import { announce } from "@/kit/announce";
import { ButtonLink } from "@/kit/ButtonLink";
import { Moment } from "@/kit/Moment";
import { Part } from "@/kit/Page";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { may, useSession } from "@/kit/session";
import { useStale } from "@/kit/stale";
import { TextLink } from "@/kit/TextLink";
import classes from "./versions.module.css";

type Request = components["schemas"]["RequestView"];

/** What waits to be published, of one workflow; nothing where nothing waits. */
export function RequestList({ workflow }: { workflow: string }) {
  const { t } = useTranslation();
  const asked = query.useQuery("get", "/api/publish-requests", { params: { query: { workflow } } });
  const waiting = (asked.data ?? []).filter((request) => request.state === "waiting");
  if (waiting.length === 0) return null;
  return (
    <Part title={t("requests.title")}>
      <ul className={classes.rows}>
        {waiting.map((request) => (
          <RequestItem key={request.id} request={request} />
        ))}
      </ul>
    </Part>
  );
}

/** Somebody asks that a version go live: what it changes, and the decision. */
export function RequestItem({ request, isNamed = false }: { request: Request; isNamed?: boolean }) {
  const { t } = useTranslation();
  const session = useSession();
  const refresh = useStale("/api/publish-requests", "/api/workflows");
  const [isDeclining, setDeclining] = useState(false);
  const [reason, setReason] = useState("");
  const workflow = query.useQuery("get", "/api/workflows/{workflow}", {
    params: { path: { workflow: request.workflow.id } },
  });
  const said = async (words: string): Promise<void> => {
    await refresh();
    announce(words);
  };
  const decide = query.useMutation("post", "/api/publish-requests/{request}/decide", {
    onSuccess: ({ state }) => said(t(state === "approved" ? "publish.done" : "requests.declined")),
  });
  const withdraw = query.useMutation("post", "/api/publish-requests/{request}/withdraw", {
    onSuccess: () => said(t("requests.withdrawn")),
  });
  const here = { params: { path: { request: request.id } } };
  const team = workflow.data?.team.id;
  const mayDecide = team !== undefined && may(session, "publish.do", team);
  const isMine = request.asked_by.id === session.person.id;
  const live = workflow.data?.live;
  const isBusy = decide.isPending || withdraw.isPending;
  return (
    <li className={classes.row}>
      <div className={classes.number}>{t("versions.number", { number: request.version })}</div>
      <div className={classes.note}>
        <Text fw={550} component="div">
          {isNamed && (
            <>
              <TextLink to="/workflows/$id/versions" params={{ id: request.workflow.id }}>
                {request.workflow.name}
              </TextLink>
              {" · "}
            </>
          )}
          {request.note || t("versions.noNote")}
        </Text>
        <Text size="sm" c="dimmed" component="div">
          {t("requests.by", { name: request.asked_by.name })} · <Moment at={request.asked_at} />
        </Text>
        {isDeclining && (
          <Textarea
            mt={8}
            autosize
            minRows={2}
            maxLength={2000}
            label={t("requests.reason")}
            description={t("requests.reason.why")}
            value={reason}
            autoFocus
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        )}
        <ProblemAlert error={decide.error ?? withdraw.error} />
      </div>
      <Group gap={6} className={classes.acts}>
        <ButtonLink
          size="xs"
          variant="default"
          to="/workflows/$id/compare"
          params={{ id: request.workflow.id }}
          search={{ from: live ?? undefined, to: request.version }}
        >
          {t("requests.changes")}
        </ButtonLink>
        {isMine && (
          <Button size="xs" variant="default" loading={isBusy} onClick={() => withdraw.mutate(here)}>
            {t("requests.withdraw")}
          </Button>
        )}
        {mayDecide && !isDeclining && (
          <>
            <Button size="xs" variant="default" onClick={() => setDeclining(true)}>
              {t("requests.decline")}
            </Button>
            <Button
              size="xs"
              loading={isBusy}
              onClick={() => decide.mutate({ ...here, body: { approve: true, reason: "" } })}
            >
              {t("publish.do")}
            </Button>
          </>
        )}
        {isDeclining && (
          <>
            <Button size="xs" variant="default" onClick={() => setDeclining(false)}>
              {t("kit.cancel")}
            </Button>
            <Button
              size="xs"
              color="red"
              loading={isBusy}
              disabled={reason.trim() === ""}
              onClick={() => decide.mutate({ ...here, body: { approve: false, reason: reason.trim() } })}
            >
              {t("requests.decline")}
            </Button>
          </>
        )}
      </Group>
    </li>
  );
}
