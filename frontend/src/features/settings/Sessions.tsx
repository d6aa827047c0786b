import { Badge, Button, Group } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { MonitorSmartphone } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { announce } from "@/kit/announce";
import { Confirm } from "@/kit/Confirm";
import { Moment } from "@/kit/Moment";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { Row, Rows } from "@/kit/Rows";
import { useStale } from "@/kit/stale";
import { Failure, Loading } from "@/kit/states";
import { nameOfBrowser } from "./browser";

/** Where I am signed in, and the way out there. */
export function Sessions() {
  const { t } = useTranslation();
  const [isLeaving, setLeaving] = useState(false);
  const asked = query.useQuery("get", "/api/sessions");
  const stale = useStale("/api/sessions");
  const end = query.useMutation("delete", "/api/sessions/{number}", {
    onSuccess: async () => {
      await stale();
      announce(t("settings.sessions.ended"));
    },
  });
  const endOthers = query.useMutation("delete", "/api/sessions", {
    onSuccess: async () => {
      await stale();
      announce(t("settings.sessions.othersEnded"));
    },
  });
  if (asked.error) return <Failure error={asked.error} onRetry={() => asked.refetch()} />;
  if (!asked.data) return <Loading />;
  return (
    <>
      <ProblemAlert error={end.error ?? endOthers.error} />
      <Rows label={t("settings.sessions")}>
        {asked.data.map((session) => {
          const browser = nameOfBrowser(session.browser) ?? t("settings.sessions.unknown");
          return (
            <Row
              key={session.id}
              sign={<MonitorSmartphone aria-hidden size={20} strokeWidth={1.7} />}
              title={
                <>
                  {browser}
                  {session.here && <Badge color="green">{t("settings.sessions.here")}</Badge>}
                </>
              }
              below={
                <>
                  {session.address} · {t("settings.sessions.seen")} <Moment at={session.seen_at} /> ·{" "}
                  {t("settings.sessions.since")} <Moment at={session.made_at} />
                </>
              }
              acts={
                !session.here && (
                  <Button
                    size="xs"
                    variant="default"
                    aria-label={t("settings.sessions.end.what", { browser })}
                    loading={end.isPending && end.variables.params.path.number === session.id}
                    onClick={() => end.mutate({ params: { path: { number: session.id } } })}
                  >
                    {t("settings.sessions.end")}
                  </Button>
                )
              }
            />
          );
        })}
      </Rows>
      <Group mt="sm" gap="xs">
        {asked.data.length > 1 && (
          <Button
            variant="default"
            loading={endOthers.isPending}
            onClick={() => endOthers.mutate({ params: { query: { but_here: true } } })}
          >
            {t("settings.sessions.endOthers")}
          </Button>
        )}
        <Button variant="default" onClick={() => setLeaving(true)}>
          {t("settings.sessions.endAll")}
        </Button>
      </Group>
      {isLeaving && <LeaveEverywhere onClose={() => setLeaving(false)} />}
    </>
  );
}

function LeaveEverywhere({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const leave = query.useMutation("delete", "/api/sessions", {
    onSuccess: async () => {
      await navigate({ to: "/sign-in" });
      client.clear();
    },
  });
  return (
    <Confirm
      title={t("settings.sessions.endAll")}
      act={t("settings.sessions.endAll")}
      isBusy={leave.isPending}
      error={leave.error}
      onConfirm={() => leave.mutate({})}
      onClose={onClose}
    >
      {t("settings.sessions.endAll.why")}
    </Confirm>
  );
}
