import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Credential, type GrantsIn, query } from "@/api/client";
import { announce } from "@/kit/announce";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { useStale } from "@/kit/stale";
import { Loading } from "@/kit/states";
import { GrantFields } from "./GrantFields";
import { SecretFields } from "./SecretFields";

const ONE = "/api/credentials/{credential}";
type Props = { credential: Credential; onClose: () => void };

function useDone(onClose: () => void, words: "credential.changed" | "credential.rotated") {
  const { t } = useTranslation();
  const stale = useStale("/api/credentials", ONE);
  return {
    onSuccess: async () => {
      await stale();
      announce(t(words));
      onClose();
    },
  };
}

type DialogProps = {
  title: string;
  act: string;
  isBusy: boolean;
  error: unknown;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
};

function Dialog({ title, act, isBusy, error, onSubmit, onClose, children }: DialogProps) {
  const { t } = useTranslation();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <Modal opened onClose={onClose} title={title} size="lg">
      <form onSubmit={submit} autoComplete="off">
        <Stack>
          <ProblemAlert error={error} />
          {children}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t("kit.cancel")}
            </Button>
            <Button type="submit" loading={isBusy}>
              {act}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** Changes who may use a credential, where, and until when. */
export function ChangeGrants({ credential, onClose }: Props) {
  const { t } = useTranslation();
  const [value, setValue] = useState<GrantsIn>({
    note: credential.note,
    hosts: credential.hosts,
    types: credential.types,
    teams: credential.all_teams ? null : credential.teams.map(({ id }) => id),
    ends_at: credential.ends_at,
  });
  const change = query.useMutation("put", ONE, useDone(onClose, "credential.changed"));
  return (
    <Dialog
      title={t("credential.change")}
      act={t("kit.save")}
      isBusy={change.isPending}
      error={change.error}
      onSubmit={() => change.mutate({ params: { path: { credential: credential.id } }, body: value })}
      onClose={onClose}
    >
      <GrantFields value={value} onChange={setValue} />
    </Dialog>
  );
}

/** Puts something new in place of what a credential holds. */
export function Rotate({ credential, onClose }: Props) {
  const { t } = useTranslation();
  const kinds = query.useQuery("get", "/api/credential-kinds");
  const [fields, setFields] = useState<Record<string, string>>({ ...credential.shown });
  const rotate = query.useMutation("post", `${ONE}/rotate`, useDone(onClose, "credential.rotated"));
  const kind = kinds.data?.find((each) => each.kind === credential.kind);
  return (
    <Dialog
      title={t("credential.rotate")}
      act={t("credential.rotate.act")}
      isBusy={rotate.isPending}
      error={rotate.error ?? kinds.error}
      onSubmit={() => rotate.mutate({ params: { path: { credential: credential.id } }, body: { fields } })}
      onClose={onClose}
    >
      <Text size="sm">{t("credential.rotate.why")}</Text>
      {kind ? <SecretFields kind={kind} values={fields} onChange={setFields} /> : <Loading />}
    </Dialog>
  );
}
