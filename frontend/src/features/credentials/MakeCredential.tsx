import { Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { announce } from "@/kit/announce";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { useStale } from "@/kit/stale";
import { Loading } from "@/kit/states";
import { GrantFields, NO_GRANTS } from "./GrantFields";
import { SecretFields } from "./SecretFields";

/** Makes a credential. What is typed here is never shown again. */
export function MakeCredential({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const stale = useStale("/api/credentials");
  const kinds = query.useQuery("get", "/api/credential-kinds");
  const [name, setName] = useState("");
  const [kind, setKind] = useState("http_bearer");
  const [fields, setFields] = useState<Record<string, string>>({});
  const [grants, setGrants] = useState(NO_GRANTS);
  const make = query.useMutation("post", "/api/credentials", {
    onSuccess: async (made) => {
      await stale();
      announce(t("credential.made"));
      navigate({ to: "/credentials/$id", params: { id: made.id } });
    },
  });
  const chosen = kinds.data?.find((each) => each.kind === kind);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    make.mutate({ body: { ...grants, name, kind, fields } });
  };
  return (
    <Modal opened onClose={onClose} title={t("credential.make")} size="lg">
      <form onSubmit={submit} autoComplete="off">
        <Stack>
          <ProblemAlert error={make.error ?? kinds.error} />
          <TextInput
            label={t("credential.name")}
            description={t("credential.name.why")}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            maxLength={64}
            required
            withAsterisk={false}
            data-autofocus
          />
          <Select
            label={t("credential.kind")}
            value={kind}
            onChange={(next) => {
              setKind(next ?? kind);
              setFields({});
            }}
            allowDeselect={false}
            data={(kinds.data ?? []).map((each) => ({
              value: each.kind,
              label: t(`credential.kind.${each.kind}` as "credential.kind.smtp"),
            }))}
          />
          {chosen ? <SecretFields kind={chosen} values={fields} onChange={setFields} /> : <Loading />}
          <GrantFields value={grants} onChange={setGrants} />
          <Text size="sm" c="dimmed">
            {t("credential.sealed")}
          </Text>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t("kit.cancel")}
            </Button>
            <Button type="submit" loading={make.isPending} disabled={!name.trim()}>
              {t("credential.make.act")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
