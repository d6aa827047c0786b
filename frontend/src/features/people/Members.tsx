import { ActionIcon, Avatar, Badge, Button, Group, Menu, Modal, Stack, Text } from "@mantine/core";
import { Ellipsis, KeyRound, UserCog, UserMinus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Member, query, type TeamRole } from "@/api/client";
import { announce } from "@/kit/announce";
import { Confirm } from "@/kit/Confirm";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { Row, Rows } from "@/kit/Rows";
import { useSession } from "@/kit/session";
import { useStale } from "@/kit/stale";
import { Failure, Loading } from "@/kit/states";
import { ResetLink } from "./ResetLink";
import { RoleBadges, RoleChoice, TEAM_ROLES } from "./roles";

type Doing = { what: "roles" | "remove" | "link"; member: Member } | null;

/** Everybody in a team, and what may be done about them. */
export function Members({ team, name, mayWrite }: { team: string; name: string; mayWrite: boolean }) {
  const { t } = useTranslation();
  const me = useSession().person.id;
  const members = query.useQuery("get", "/api/teams/{team}/members", { params: { path: { team } } });
  const [doing, setDoing] = useState<Doing>(null);
  if (members.error) return <Failure error={members.error} onRetry={() => members.refetch()} />;
  if (!members.data) return <Loading />;
  const owners = members.data.filter((each) => each.roles.includes("owner"));
  const isLastOwner = (member: Member): boolean => owners.length === 1 && owners[0]?.id === member.id;
  const close = (): void => setDoing(null);
  return (
    <>
      <Rows label={t("team.members")}>
        {members.data.map((member) => (
          <Row
            key={member.id}
            sign={<Avatar size={34} radius="xl" color="accent" name={member.name} aria-hidden />}
            title={
              <>
                {member.name}
                {member.id === me && <Badge color="gray">{t("people.you")}</Badge>}
                {member.closed && <Badge color="red">{t("people.closed")}</Badge>}
              </>
            }
            below={member.email}
            facts={<RoleBadges roles={member.roles} />}
            acts={
              mayWrite && (
                <Menu position="bottom-end" width={240}>
                  <Menu.Target>
                    <ActionIcon size={36} aria-label={t("people.more", { name: member.name })}>
                      <Ellipsis aria-hidden size={18} />
                    </ActionIcon>
                  </Menu.Target>
                  <Menu.Dropdown>
                    <Menu.Item
                      leftSection={<UserCog aria-hidden size={15} />}
                      onClick={() => setDoing({ what: "roles", member })}
                    >
                      {t("people.changeRoles")}
                    </Menu.Item>
                    {member.id !== me && !member.closed && (
                      <Menu.Item
                        leftSection={<KeyRound aria-hidden size={15} />}
                        onClick={() => setDoing({ what: "link", member })}
                      >
                        {t("people.resetLink")}
                      </Menu.Item>
                    )}
                    <Menu.Divider />
                    <Menu.Item
                      color="red"
                      leftSection={<UserMinus aria-hidden size={15} />}
                      disabled={isLastOwner(member)}
                      onClick={() => setDoing({ what: "remove", member })}
                    >
                      {t("team.remove")}
                      {isLastOwner(member) && (
                        <Text size="xs" component="span" display="block">
                          {t("team.lastOwner")}
                        </Text>
                      )}
                    </Menu.Item>
                  </Menu.Dropdown>
                </Menu>
              )
            }
          />
        ))}
      </Rows>
      {doing?.what === "roles" && (
        <MemberRoles team={team} member={doing.member} isLastOwner={isLastOwner(doing.member)} onClose={close} />
      )}
      {doing?.what === "remove" && <Remove team={team} name={name} member={doing.member} onClose={close} />}
      {doing?.what === "link" && <ResetLink person={doing.member} onClose={close} />}
    </>
  );
}

type RolesProps = { team: string; member: Member; isLastOwner: boolean; onClose: () => void };

function MemberRoles({ team, member, isLastOwner, onClose }: RolesProps) {
  const { t } = useTranslation();
  const [roles, setRoles] = useState(member.roles as TeamRole[]);
  const stale = useStale("/api/teams", "/api/people", "/api/session");
  const change = query.useMutation("put", "/api/teams/{team}/members/{person}", {
    onSuccess: async () => {
      await stale();
      announce(t("people.rolesChanged", { name: member.name }));
      onClose();
    },
  });
  const losesOwner = isLastOwner && !roles.includes("owner");
  return (
    <Modal opened onClose={onClose} title={t("people.rolesOf", { name: member.name })}>
      <Stack>
        <ProblemAlert error={change.error} />
        <RoleChoice
          label={t("people.roles")}
          description={t("people.roles.addUp")}
          roles={TEAM_ROLES}
          value={roles}
          onChange={setRoles}
          error={losesOwner ? t("team.lastOwner") : roles.length === 0 ? t("people.roles.one") : undefined}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t("kit.cancel")}
          </Button>
          <Button
            loading={change.isPending}
            disabled={losesOwner || roles.length === 0}
            onClick={() => change.mutate({ params: { path: { team, person: member.id } }, body: { roles } })}
          >
            {t("kit.save")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

type RemoveProps = { team: string; name: string; member: Member; onClose: () => void };

function Remove({ team, name, member, onClose }: RemoveProps) {
  const { t } = useTranslation();
  const stale = useStale("/api/teams", "/api/people", "/api/session");
  const remove = query.useMutation("delete", "/api/teams/{team}/members/{person}", {
    onSuccess: async () => {
      await stale();
      announce(t("team.removed", { name: member.name }));
      onClose();
    },
  });
  return (
    <Confirm
      title={t("team.remove.title", { name: member.name })}
      act={t("team.remove")}
      isBusy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate({ params: { path: { team, person: member.id } } })}
      onClose={onClose}
    >
      {t("team.remove.why", { name: member.name, team: name })}
    </Confirm>
  );
}
