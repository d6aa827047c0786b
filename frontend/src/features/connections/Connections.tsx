import { Alert, Badge, Button, Group, Select } from "@mantine/core";
import { Cpu, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type ModelConnection, query } from "@/api/client";
import { announce } from "@/kit/announce";
import { Page } from "@/kit/Page";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { Row, Rows } from "@/kit/Rows";
import { may, useSession } from "@/kit/session";
import { useStale } from "@/kit/stale";
import { Failure, Loading } from "@/kit/states";
import { sayTried } from "@/kit/tried";
import { ConnectionForm } from "./ConnectionForm";

/** The models that may be asked here: those of the environment, and those that admins opened. */
export function Connections() {
  const { t } = useTranslation();
  const session = useSession();
  const mayWrite = may(session, "connection.write");
  const [shown, setShown] = useState<ModelConnection | "new" | null>(null);
  const asked = query.useQuery("get", "/api/connections");
  return (
    <Page
      title={t("connection.title")}
      lead={t("connection.lead")}
      actions={
        mayWrite && (
          <Button leftSection={<Plus aria-hidden size={17} />} onClick={() => setShown("new")}>
            {t("connection.make")}
          </Button>
        )
      }
    >
      {asked.error && <Failure error={asked.error} onRetry={() => asked.refetch()} />}
      {asked.isPending && <Loading />}
      {asked.data && mayWrite && <DefaultChoice connections={asked.data} />}
      {asked.data && (
        <Rows label={t("connection.title")}>
          {asked.data.map((each) => (
            <OneConnection key={each.name} connection={each} mayWrite={mayWrite} onEdit={() => setShown(each)} />
          ))}
        </Rows>
      )}
      {shown && <ConnectionForm connection={shown === "new" ? null : shown} onClose={() => setShown(null)} />}
    </Page>
  );
}

function DefaultChoice({ connections }: { connections: readonly ModelConnection[] }) {
  const { t } = useTranslation();
  const stale = useStale("/api/connections");
  const choose = query.useMutation("put", "/api/connections/default", {
    onSuccess: async () => {
      await stale();
      announce(t("connection.default.done"));
    },
  });
  const now = connections.find((each) => each.is_default);
  return (
    <>
      <ProblemAlert error={choose.error} />
      <Select
        label={t("connection.default")}
        description={t("connection.default.why")}
        maw={420}
        mb="lg"
        value={now?.name ?? null}
        allowDeselect={false}
        data={connections.filter((each) => !each.off && each.name !== "default").map(({ name }) => name)}
        onChange={(name) => choose.mutate({ body: { name } })}
      />
    </>
  );
}

type OneProps = { connection: ModelConnection; mayWrite: boolean; onEdit: () => void };

function OneConnection({ connection, mayWrite, onEdit }: OneProps) {
  const { t, i18n } = useTranslation();
  const stale = useStale("/api/connections");
  const test = query.useMutation("post", "/api/connections/test", { onSuccess: () => stale() });
  const done = { onSuccess: () => stale() };
  const off = query.useMutation("post", "/api/connections/{connection}/off", done);
  const on = query.useMutation("post", "/api/connections/{connection}/on", done);
  const tried =
    test.data ?? (connection.test_said ? { ok: connection.test_ok === true, said: connection.test_said } : null);
  const price = (value: number): string => new Intl.NumberFormat(i18n.language).format(value);
  const { id } = connection;
  return (
    <Row
      sign={<Cpu aria-hidden size={20} strokeWidth={1.7} />}
      title={
        <Group gap="xs" component="span">
          {connection.name}
          {connection.is_default && <Badge>{t("connection.isDefault")}</Badge>}
          {connection.off && <Badge color="gray">{t("connection.isOff")}</Badge>}
        </Group>
      }
      below={
        <>
          <div>
            {connection.provider} · {connection.model} · {t(`connection.hosted.${connection.hosted}`)}
            {connection.region && ` · ${connection.region}`}
          </div>
          <div>
            {t("connection.prices", { in: price(connection.price_in), out: price(connection.price_out) })} ·{" "}
            {connection.all_teams
              ? t("credential.teams.all")
              : connection.teams.map(({ name }) => name).join(", ") || t("credential.teams.none")}
            {id === null && ` · ${t("connection.ofEnvironment")}`}
            {connection.credential && ` · ${t("connection.key")}: ${connection.credential}`}
          </div>
          {mayWrite && (
            <Group gap="xs" mt="xs">
              <Button
                size="xs"
                variant="default"
                aria-label={t("connection.test.what", { name: connection.name })}
                loading={test.isPending}
                onClick={() => test.mutate({ body: { name: connection.name } })}
              >
                {t("credential.test")}
              </Button>
              {id !== null && (
                <>
                  <Button
                    size="xs"
                    variant="default"
                    aria-label={t("connection.change.what", { name: connection.name })}
                    onClick={onEdit}
                  >
                    {t("connection.change")}
                  </Button>
                  <Button
                    size="xs"
                    variant="default"
                    loading={off.isPending || on.isPending}
                    onClick={() => (connection.off ? on : off).mutate({ params: { path: { connection: id } } })}
                  >
                    {t(connection.off ? "credential.on" : "credential.off")}
                  </Button>
                </>
              )}
            </Group>
          )}
          <ProblemAlert error={test.error ?? off.error ?? on.error} />
          {tried && (
            <Alert role="status" mt="xs" p="xs" color={tried.ok ? "green" : "red"} title={sayTried(tried.said, t)} />
          )}
        </>
      }
    />
  );
}
