import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type OrgRole, type Person, query } from "@/api/client";
import { announce } from "@/kit/announce";
import { Confirm } from "@/kit/Confirm";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { useStale } from "@/kit/stale";
import { ORG_ROLES, RoleChoice } from "./roles";

/** What an admin changes about somebody: name, address, roles in the organisation. */
export function EditPerson({ person, onClose }: { person: Person; onClose: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState(person.name);
  const [email, setEmail] = useState(person.email);
  const [roles, setRoles] = useState(person.org_roles as OrgRole[]);
  const stale = useStale("/api/people", "/api/teams", "/api/session");
  const change = query.useMutation("patch", "/api/people/{person}", {
    onSuccess: async () => {
      await stale();
      announce(t("people.changed", { name }));
      onClose();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    change.mutate({
      params: { path: { person: person.id } },
      body: { name: name.trim(), email: email.trim(), org_roles: roles },
    });
  };
  return (
    <Modal opened onClose={onClose} title={person.name}>
      <form onSubmit={submit}>
        <Stack>
          <ProblemAlert error={change.error} />
          <TextInput
            label={t("people.name")}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            maxLength={200}
            required
            withAsterisk={false}
            data-autofocus
          />
          <TextInput
            type="email"
            label={t("invite.email")}
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
            required
            withAsterisk={false}
          />
          <RoleChoice
            label={t("invite.orgRoles")}
            description={t("invite.orgRoles.why")}
            roles={ORG_ROLES}
            value={roles}
            onChange={setRoles}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t("kit.cancel")}
            </Button>
            <Button type="submit" loading={change.isPending} disabled={!name.trim() || !email.trim()}>
              {t("kit.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** Lets somebody go, or come back. Nobody is deleted: what they did stays theirs. */
export function ClosePerson({ person, onClose }: { person: Person; onClose: () => void }) {
  const { t } = useTranslation();
  const stale = useStale("/api/people", "/api/teams");
  const { name } = person;
  const change = query.useMutation("patch", "/api/people/{person}", {
    onSuccess: async () => {
      await stale();
      announce(t(person.closed ? "people.reopened" : "people.isClosed", { name }));
      onClose();
    },
  });
  return (
    <Confirm
      title={t(person.closed ? "people.reopen.title" : "people.close.title", { name })}
      act={t(person.closed ? "people.reopen" : "people.close")}
      isBusy={change.isPending}
      error={change.error}
      isGentle={person.closed}
      onConfirm={() => change.mutate({ params: { path: { person: person.id } }, body: { closed: !person.closed } })}
      onClose={onClose}
    >
      {t(person.closed ? "people.reopen.why" : "people.close.why", { name })}
    </Confirm>
  );
}
