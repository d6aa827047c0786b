import { Alert, Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { CircleCheck } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type OrgRole, query, type TeamRole } from "@/api/client";
import { announce } from "@/kit/announce";
import { CopyLink } from "@/kit/CopyLink";
import { Moment } from "@/kit/Moment";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { may, useSession } from "@/kit/session";
import { useStale } from "@/kit/stale";
import { ORG_ROLES, RoleChoice, TEAM_ROLES } from "./roles";

type Invited = { email: string; link: string | null; ends: string | null };

/** Invites somebody by a link to copy; whoever is here already is added at once. */
export function Invite({ team, onClose }: { team?: { id: string; name: string }; onClose: () => void }) {
  const { t } = useTranslation();
  const [invited, setInvited] = useState<Invited | null>(null);
  return (
    <Modal opened onClose={onClose} title={t("invite.title")} size="md">
      {invited ? (
        <Done invited={invited} onAgain={() => setInvited(null)} onClose={onClose} />
      ) : (
        <Ask team={team} onInvited={setInvited} onClose={onClose} />
      )}
    </Modal>
  );
}

type AskProps = { team?: { id: string }; onInvited: (invited: Invited) => void; onClose: () => void };

function Ask({ team: first, onInvited, onClose }: AskProps) {
  const { t } = useTranslation();
  const session = useSession();
  const teams = query.useQuery("get", "/api/teams");
  const [email, setEmail] = useState("");
  const [team, setTeam] = useState<string | null>(first?.id ?? null);
  const [roles, setRoles] = useState<TeamRole[]>(first ? ["builder"] : []);
  const [orgRoles, setOrgRoles] = useState<OrgRole[]>([]);
  const stale = useStale("/api/invitations", "/api/teams", "/api/people");
  const invite = query.useMutation("post", "/api/invitations", {
    onSuccess: async ({ link, invitation }) => {
      await stale();
      announce(t(link ? "invite.made" : "invite.added", { email }));
      onInvited({ email, link, ends: invitation?.ends_at ?? null });
    },
  });
  const choices = (teams.data ?? []).filter(({ id }) => may(session, "people.write", id));
  const mayOrganisation = may(session, "organisation.write");
  const isWhole = team ? roles.length > 0 : orgRoles.length > 0;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    invite.mutate({ body: { email: email.trim(), team, roles: team ? roles : [], org_roles: orgRoles } });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <ProblemAlert error={invite.error} />
        <TextInput
          type="email"
          label={t("invite.email")}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
          required
          withAsterisk={false}
          data-autofocus
        />
        <Select
          label={t("invite.team")}
          placeholder={t("invite.team.none")}
          value={team}
          onChange={setTeam}
          clearable={mayOrganisation}
          searchable={choices.length > 8}
          data={choices.map(({ id, name }) => ({ value: id, label: name }))}
          clearButtonProps={{ "aria-label": t("form.clear", { field: t("invite.team") }) }}
        />
        {team && <RoleChoice label={t("invite.roles")} roles={TEAM_ROLES} value={roles} onChange={setRoles} />}
        {mayOrganisation && (
          <RoleChoice
            label={t("invite.orgRoles")}
            description={t("invite.orgRoles.why")}
            roles={ORG_ROLES}
            value={orgRoles}
            onChange={setOrgRoles}
          />
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t("kit.cancel")}
          </Button>
          <Button type="submit" loading={invite.isPending} disabled={!email.trim() || !isWhole}>
            {t("invite.make")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Done({ invited, onAgain, onClose }: { invited: Invited; onAgain: () => void; onClose: () => void }) {
  const { t } = useTranslation();
  const { email, link, ends } = invited;
  return (
    <Stack>
      {link ? (
        <>
          <CopyLink label={t("people.link")} description={t("invite.send", { email })} link={link} />
          {ends && (
            <Text size="sm" c="dimmed">
              {t("people.link.ends")} <Moment at={ends} />
            </Text>
          )}
        </>
      ) : (
        <Alert color="green" icon={<CircleCheck aria-hidden />} title={t("invite.added", { email })}>
          {t("invite.added.why")}
        </Alert>
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onAgain}>
          {t("invite.again")}
        </Button>
        <Button variant={link ? "default" : "filled"} onClick={onClose}>
          {t("kit.done")}
        </Button>
      </Group>
    </Stack>
  );
}
