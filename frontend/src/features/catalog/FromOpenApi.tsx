import {
  Alert,
  Badge,
  Button,
  Checkbox,
  FileInput,
  Group,
  Modal,
  ScrollArea,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { announce } from "@/kit/announce";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { useStale } from "@/kit/stale";
import { CredentialName } from "./CredentialName";
import classes from "./catalog.module.css";

/** How many drafts are made at once. */
const MOST = 100;

/** Reads an OpenAPI document, shows its operations, and makes a draft of each that is chosen. */
export function FromOpenApi({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const stale = useStale("/api/node-templates");
  const [file, setFile] = useState<{ content: string; filename: string } | null>(null);
  const [server, setServer] = useState("");
  const [credential, setCredential] = useState("");
  const [words, setWords] = useState("");
  const [chosen, setChosen] = useState<string[]>([]);
  const look = query.useMutation("post", "/api/node-templates/openapi");
  const take = query.useMutation("post", "/api/node-templates/openapi/take", {
    onSuccess: async (made) => {
      await stale();
      announce(t("catalog.drafted", { count: made.length }));
      onClose();
    },
  });
  const choose = async (picked: File | null): Promise<void> => {
    look.reset();
    setChosen([]);
    setFile(picked && { content: await picked.text(), filename: picked.name });
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!file) return;
    if (look.data) take.mutate({ body: { ...file, server, operations: chosen, credential } });
    else look.mutate({ body: { ...file, server } });
  };
  const sought = words.trim().toLowerCase();
  const operations = look.data?.operations ?? [];
  const shown = operations.filter(({ title, path }) => `${title} ${path}`.toLowerCase().includes(sought));
  return (
    <Modal opened onClose={onClose} title={t("catalog.openapi")} size="lg">
      <form onSubmit={submit}>
        <Stack>
          <ProblemAlert error={look.error ?? take.error} />
          <FileInput
            accept=".yaml,.yml,.json"
            label={t("catalog.openapi.file")}
            description={t("catalog.openapi.why")}
            placeholder={t("catalog.openapi.choose")}
            onChange={choose}
            data-autofocus
          />
          <TextInput
            label={t("catalog.openapi.server")}
            description={t("catalog.openapi.server.why")}
            placeholder={t("catalog.openapi.server.example")}
            value={server}
            onChange={(event) => {
              look.reset();
              setServer(event.currentTarget.value);
            }}
          />
          {look.data && (
            <>
              <CredentialName why={t("catalog.credential.why")} value={credential} onChange={setCredential} />
              <Text size="sm">{t("catalog.openapi.found", { api: look.data.title, server: look.data.server })}</Text>
              {operations.length > 8 && (
                <TextInput
                  aria-label={t("catalog.openapi.search")}
                  placeholder={t("catalog.openapi.search")}
                  value={words}
                  onChange={(event) => setWords(event.currentTarget.value)}
                />
              )}
              <Checkbox.Group aria-label={t("catalog.openapi.operations")} value={chosen} onChange={setChosen}>
                <ScrollArea.Autosize mah={240} className={classes.operations}>
                  {shown.map((each) => (
                    <Checkbox
                      key={each.key}
                      value={each.key}
                      className={classes.operation}
                      label={each.title}
                      description={
                        <>
                          <Badge size="xs" variant="light" color="gray" mr={6}>
                            {each.method}
                          </Badge>
                          {each.path}
                          {each.left_out.length > 0 &&
                            ` · ${t("catalog.openapi.leftOut", { what: each.left_out.join(", ") })}`}
                        </>
                      }
                    />
                  ))}
                </ScrollArea.Autosize>
              </Checkbox.Group>
              {look.data.more > 0 && (
                <Text size="sm" c="dimmed">
                  {t("catalog.openapi.more", { count: look.data.more })}
                </Text>
              )}
              {chosen.length > MOST && (
                <Alert color="yellow">{t("catalog.openapi.most", { most: MOST, chosen: chosen.length })}</Alert>
              )}
              {shown.length === 0 && <Alert color="gray">{t("catalog.openapi.nothing")}</Alert>}
            </>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t("kit.cancel")}
            </Button>
            <Button
              type="submit"
              loading={look.isPending || take.isPending}
              disabled={!file || (look.data !== undefined && (chosen.length === 0 || chosen.length > MOST))}
            >
              {look.data ? t("catalog.openapi.take", { count: chosen.length }) : t("catalog.openapi.look")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
