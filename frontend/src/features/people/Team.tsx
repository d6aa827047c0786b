import { ActionIcon, Button, Menu, Select, Text } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Ellipsis, PencilLine, Plus, UserPlus, UsersRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { announce } from "@/kit/announce";
import { Card, Page, Part } from "@/kit/Page";
import { may, useSession } from "@/kit/session";
import { useStale } from "@/kit/stale";
import { Empty, Failure, Loading } from "@/kit/states";
import { Invite } from "./Invite";
import { Members } from "./Members";
import { NameDialog } from "./NameDialog";
import classes from "./people.module.css";
import { RoleBadges, TEAM_ROLES } from "./roles";
import { WaitingInvitations } from "./WaitingInvitations";

type Doing = "invite" | "rename" | "found" | null;

/** One team at a time: who is in it and as what. Whoever is in several chooses; the address remembers which. */
export function Team() {
  const { t } = useTranslation();
  const session = useSession();
  const navigate = useNavigate();
  const wanted = useSearch({ from: "/inside/team" }).team;
  const teams = query.useQuery("get", "/api/teams");
  const [doing, setDoing] = useState<Doing>(null);
  if (teams.error) return <Failure error={teams.error} onRetry={() => teams.refetch()} />;
  if (!teams.data) return <Loading />;
  const team =
    teams.data.find((each) => each.id === wanted) ??
    teams.data.find((each) => each.id === session.teams[0]?.id) ??
    teams.data[0];
  const mayFound = may(session, "organisation.write");
  const open = (id: string): void => {
    setDoing(null);
    navigate({ to: "/team", search: { team: id } });
  };
  const found = doing === "found" && <FoundTeam onFounded={open} onClose={() => setDoing(null)} />;
  if (!team)
    return (
      <Page title={t("team.title")}>
        <Card>
          <Empty
            art={<UsersRound size={32} strokeWidth={1.5} />}
            title={t("team.none")}
            action={mayFound && <Button onClick={() => setDoing("found")}>{t("team.found")}</Button>}
          >
            {t(mayFound ? "team.none.found" : "team.none.ask")}
          </Empty>
        </Card>
        {found}
      </Page>
    );
  const mayWrite = may(session, "people.write", team.id);
  const mayRead = may(session, "people.read", team.id);
  const mine = session.teams.find((each) => each.id === team.id)?.roles ?? [];
  return (
    <Page
      title={team.name}
      lead={t("team.count", { count: team.members })}
      actions={
        <>
          {teams.data.length > 1 && (
            <Select
              aria-label={t("team.choose")}
              searchable={teams.data.length > 8}
              value={team.id}
              onChange={(id) => id && open(id)}
              data={teams.data.map(({ id, name }) => ({ value: id, label: name }))}
              className={classes.choice}
            />
          )}
          {mayWrite && (
            <Button leftSection={<UserPlus aria-hidden size={17} />} onClick={() => setDoing("invite")}>
              {t("invite.title")}
            </Button>
          )}
          {(mayWrite || mayFound) && (
            <Menu position="bottom-end">
              <Menu.Target>
                <ActionIcon size={36} aria-label={t("team.more")}>
                  <Ellipsis aria-hidden size={18} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                {mayWrite && (
                  <Menu.Item leftSection={<PencilLine aria-hidden size={15} />} onClick={() => setDoing("rename")}>
                    {t("team.rename")}
                  </Menu.Item>
                )}
                {mayFound && (
                  <Menu.Item leftSection={<Plus aria-hidden size={15} />} onClick={() => setDoing("found")}>
                    {t("team.found")}
                  </Menu.Item>
                )}
              </Menu.Dropdown>
            </Menu>
          )}
        </>
      }
    >
      {mayRead ? (
        <>
          <Part title={t("team.members")}>
            <Members team={team.id} name={team.name} mayWrite={mayWrite} />
          </Part>
          <WaitingInvitations team={team.id} />
        </>
      ) : (
        <Part title={t("team.members")}>
          <Card>
            <Empty title={t("team.closed")}>{t("team.closed.why")}</Empty>
          </Card>
        </Part>
      )}
      <Part title={t("team.roles")} why={mine.length > 0 && <YouAre roles={mine} />}>
        <dl className={classes.roles}>
          {TEAM_ROLES.map((role) => (
            <div key={role} className={classes.role} data-mine={mine.includes(role) || undefined}>
              <dt>{t(`role.${role}`)}</dt>
              <dd>{t(`role.may.${role}`)}</dd>
            </div>
          ))}
        </dl>
      </Part>
      {doing === "invite" && <Invite team={team} onClose={() => setDoing(null)} />}
      {doing === "rename" && <RenameTeam id={team.id} name={team.name} onClose={() => setDoing(null)} />}
      {found}
    </Page>
  );
}

function YouAre({ roles }: { roles: string[] }) {
  const { t } = useTranslation();
  return (
    <span className={classes.inline}>
      <Text component="span" inherit>
        {t("team.youAre")}
      </Text>
      <RoleBadges roles={roles} />
    </span>
  );
}

function RenameTeam({ id, name, onClose }: { id: string; name: string; onClose: () => void }) {
  const { t } = useTranslation();
  const stale = useStale("/api/teams", "/api/session", "/api/people");
  const rename = query.useMutation("patch", "/api/teams/{team}", {
    onSuccess: async () => {
      await stale();
      announce(t("team.renamed"));
      onClose();
    },
  });
  return (
    <NameDialog
      title={t("team.rename")}
      label={t("team.name")}
      name={name}
      act={t("kit.save")}
      isBusy={rename.isPending}
      error={rename.error}
      onName={(next) => rename.mutate({ params: { path: { team: id } }, body: { name: next } })}
      onClose={onClose}
    />
  );
}

function FoundTeam({ onFounded, onClose }: { onFounded: (id: string) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const stale = useStale("/api/teams", "/api/session", "/api/people");
  const make = query.useMutation("post", "/api/teams", {
    onSuccess: async (team) => {
      await stale();
      announce(t("team.founded", { name: team.name }));
      onFounded(team.id);
    },
  });
  return (
    <NameDialog
      title={t("team.found")}
      label={t("team.name")}
      description={t("team.found.why")}
      act={t("team.found")}
      isBusy={make.isPending}
      error={make.error}
      onName={(name) => make.mutate({ body: { name } })}
      onClose={onClose}
    />
  );
}
