import { Alert, Badge, Button, Checkbox, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { Plug, Plus } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type McpServer, query } from "@/api/client";
import { announce } from "@/kit/announce";
import { Confirm } from "@/kit/Confirm";
import { Moment } from "@/kit/Moment";
import { Card, Page, Part } from "@/kit/Page";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { may, useSession } from "@/kit/session";
import { useStale } from "@/kit/stale";
import { Empty, Failure, Loading } from "@/kit/states";
import { TextLink } from "@/kit/TextLink";
import { sayTried } from "@/kit/tried";
import { CredentialName } from "./CredentialName";
import classes from "./catalog.module.css";

/** The MCP servers that IT registered: what each offers, and templates made of what is chosen. */
export function Servers() {
  const { t } = useTranslation();
  const session = useSession();
  const asked = query.useQuery("get", "/api/mcp-servers");
  const [isAdding, setAdding] = useState(false);
  const mayWrite = may(session, "template.write");
  return (
    <Page
      title={t("catalog.servers")}
      lead={
        <>
          <TextLink to="/catalog">{t("catalog.title")}</TextLink> · {t("catalog.servers.lead")}
        </>
      }
      actions={
        mayWrite && (
          <Button leftSection={<Plus aria-hidden size={17} />} onClick={() => setAdding(true)}>
            {t("catalog.servers.add")}
          </Button>
        )
      }
    >
      {asked.error && <Failure error={asked.error} onRetry={() => asked.refetch()} />}
      {asked.isPending && <Loading />}
      {asked.data?.length === 0 && (
        <Card>
          <Empty art={<Plug aria-hidden size={32} strokeWidth={1.5} />} title={t("catalog.servers.none")}>
            {t("catalog.servers.none.why")}
          </Empty>
        </Card>
      )}
      {asked.data?.map((each) => (
        <Server key={each.id} server={each} mayWrite={mayWrite} />
      ))}
      {isAdding && <AddServer onClose={() => setAdding(false)} />}
    </Page>
  );
}

function Server({ server, mayWrite }: { server: McpServer; mayWrite: boolean }) {
  const { t } = useTranslation();
  const stale = useStale("/api/mcp-servers", "/api/node-templates");
  const [chosen, setChosen] = useState<string[]>([]);
  const [isForgetting, setForgetting] = useState(false);
  const path = { server: server.id };
  const look = query.useMutation("post", "/api/mcp-servers/{server}/look", { onSuccess: stale });
  const take = query.useMutation("post", "/api/mcp-servers/{server}/take", {
    onSuccess: async (made) => {
      setChosen([]);
      await stale();
      announce(t("catalog.drafted", { count: made.length }));
    },
  });
  const forget = query.useMutation("delete", "/api/mcp-servers/{server}", { onSuccess: stale });
  return (
    <Part
      title={server.name}
      why={
        <>
          {server.url}
          {server.credential && ` · ${t("catalog.credential")}: ${server.credential}`}
          {server.looked_at && (
            <>
              {" · "}
              {t("catalog.servers.looked")} <Moment at={server.looked_at} />
            </>
          )}
        </>
      }
      actions={
        mayWrite && (
          <>
            <Button variant="default" onClick={() => setForgetting(true)}>
              {t("catalog.servers.forget")}
            </Button>
            <Button variant="default" loading={look.isPending} onClick={() => look.mutate({ params: { path } })}>
              {t("catalog.servers.look")}
            </Button>
          </>
        )
      }
    >
      <Stack gap="sm">
        <ProblemAlert error={look.error ?? take.error} />
        {server.problem && (
          <Alert color="red" title={t("catalog.servers.problem")}>
            {sayTried(server.problem, t)}
          </Alert>
        )}
        {!server.looked_at && <Text c="dimmed">{t("catalog.servers.notYet")}</Text>}
        {server.looked_at && !server.problem && server.tools.length === 0 && (
          <Text c="dimmed">{t("catalog.servers.none.tools")}</Text>
        )}
        {server.tools.length > 0 && (
          <Checkbox.Group aria-label={t("catalog.servers.tools")} value={chosen} onChange={setChosen}>
            <div className={classes.operations}>
              {server.tools.map((tool) => (
                <Checkbox
                  key={tool.name}
                  value={tool.name}
                  disabled={!mayWrite}
                  className={classes.operation}
                  label={
                    <>
                      {tool.name}{" "}
                      <Badge size="xs" variant="light" color="gray" tt="none">
                        {tool.digest.slice(0, 8)}
                      </Badge>
                    </>
                  }
                  description={tool.description}
                />
              ))}
            </div>
          </Checkbox.Group>
        )}
        {chosen.length > 0 && (
          <Group>
            <Button loading={take.isPending} onClick={() => take.mutate({ params: { path }, body: { tools: chosen } })}>
              {t("catalog.openapi.take", { count: chosen.length })}
            </Button>
          </Group>
        )}
      </Stack>
      {isForgetting && (
        <Confirm
          title={t("catalog.servers.forget")}
          act={t("catalog.servers.forget")}
          isBusy={forget.isPending}
          error={forget.error}
          onConfirm={() => forget.mutate({ params: { path } })}
          onClose={() => setForgetting(false)}
        >
          {t("catalog.servers.forget.why")}
        </Confirm>
      )}
    </Part>
  );
}

function AddServer({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const stale = useStale("/api/mcp-servers");
  const [said, setSaid] = useState({ name: "", url: "", credential: "" });
  const add = query.useMutation("post", "/api/mcp-servers", {
    onSuccess: async () => {
      await stale();
      onClose();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    add.mutate({ body: said });
  };
  const field = (name: "name" | "url", more: { placeholder?: string; required?: boolean }) => (
    <TextInput
      label={t(`catalog.servers.${name}`)}
      description={t(`catalog.servers.${name}.why`)}
      value={said[name]}
      withAsterisk={false}
      onChange={(event) => setSaid({ ...said, [name]: event.currentTarget.value })}
      {...more}
    />
  );
  return (
    <Modal opened onClose={onClose} title={t("catalog.servers.add")}>
      <form onSubmit={submit}>
        <Stack>
          <ProblemAlert error={add.error} />
          {field("name", { placeholder: "crm", required: true })}
          {field("url", { placeholder: "https://tools.example.org/mcp", required: true })}
          <CredentialName
            why={t("catalog.servers.credential.why")}
            value={said.credential}
            onChange={(credential) => setSaid({ ...said, credential })}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t("kit.cancel")}
            </Button>
            <Button type="submit" loading={add.isPending} disabled={!said.name || !said.url}>
              {t("catalog.servers.add")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
