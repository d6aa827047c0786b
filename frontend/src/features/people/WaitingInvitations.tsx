import { ActionIcon, Button, Menu, Modal, Text } from "@mantine/core";
import { Ellipsis, Link2, Mail, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Invitation, type OrgRole, query, type TeamRole } from "@/api/client";
import { announce } from "@/kit/announce";
import { Confirm } from "@/kit/Confirm";
import { CopyLink } from "@/kit/CopyLink";
import { Moment } from "@/kit/Moment";
import { Part } from "@/kit/Page";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { Row, Rows } from "@/kit/Rows";
import { may, useSession } from "@/kit/session";
import { useStale } from "@/kit/stale";
import { Failure } from "@/kit/states";
import classes from "./people.module.css";
import { RoleBadges } from "./roles";

/** More than these stand behind a button: whoever is here comes first. */
const SHOWN = 8;

type Doing = { what: "withdraw" | "renew"; invitation: Invitation } | null;

/** Invitations that nobody has followed yet; of one team, or all that one may know of. Nothing when there are none. */
export function WaitingInvitations({ team }: { team?: string }) {
  const { t } = useTranslation();
  const session = useSession();
  const asked = query.useQuery("get", "/api/invitations");
  const teams = query.useQuery("get", "/api/teams");
  const [doing, setDoing] = useState<Doing>(null);
  const [isWhole, setWhole] = useState(false);
  const waiting = asked.data?.filter((each) => team === undefined || each.team === team) ?? [];
  if (asked.error) return <Failure error={asked.error} onRetry={() => asked.refetch()} />;
  if (waiting.length === 0) return null;
  const nameOf = (id: string | null): string | undefined => teams.data?.find((each) => each.id === id)?.name;
  const mayWrite = ({ team: to }: Invitation): boolean =>
    to ? may(session, "people.write", to) : may(session, "organisation.write");
  return (
    <Part title={t("invite.waiting")}>
      <Rows label={t("invite.waiting")}>
        {(isWhole ? waiting : waiting.slice(0, SHOWN)).map((invitation) => (
          <Row
            key={invitation.id}
            sign={
              <span className={classes.letter}>
                <Mail aria-hidden size={17} />
              </span>
            }
            title={invitation.email}
            below={
              <>
                {t("invite.ends")} <Moment at={invitation.ends_at} />
              </>
            }
            facts={
              <>
                {!team && nameOf(invitation.team) && <Text size="sm">{nameOf(invitation.team)}</Text>}
                <RoleBadges roles={invitation.org_roles} isWide />
                <RoleBadges roles={invitation.roles} />
              </>
            }
            acts={
              mayWrite(invitation) && (
                <Menu position="bottom-end" width={230}>
                  <Menu.Target>
                    <ActionIcon size={36} aria-label={t("people.more", { name: invitation.email })}>
                      <Ellipsis aria-hidden size={18} />
                    </ActionIcon>
                  </Menu.Target>
                  <Menu.Dropdown>
                    <Menu.Item
                      leftSection={<Link2 aria-hidden size={15} />}
                      onClick={() => setDoing({ what: "renew", invitation })}
                    >
                      {t("invite.renew")}
                    </Menu.Item>
                    <Menu.Item
                      color="red"
                      leftSection={<X aria-hidden size={15} />}
                      onClick={() => setDoing({ what: "withdraw", invitation })}
                    >
                      {t("invite.withdraw")}
                    </Menu.Item>
                  </Menu.Dropdown>
                </Menu>
              )
            }
          />
        ))}
      </Rows>
      {!isWhole && waiting.length > SHOWN && (
        <Button mt="md" variant="default" onClick={() => setWhole(true)}>
          {t("invite.waiting.all", { count: waiting.length })}
        </Button>
      )}
      {doing?.what === "withdraw" && <Withdraw invitation={doing.invitation} onClose={() => setDoing(null)} />}
      {doing?.what === "renew" && <Renew invitation={doing.invitation} onClose={() => setDoing(null)} />}
    </Part>
  );
}

function Withdraw({ invitation, onClose }: { invitation: Invitation; onClose: () => void }) {
  const { t } = useTranslation();
  const stale = useStale("/api/invitations");
  const withdraw = query.useMutation("delete", "/api/invitations/{number}", {
    onSuccess: async () => {
      await stale();
      announce(t("invite.withdrawn", { email: invitation.email }));
      onClose();
    },
  });
  return (
    <Confirm
      title={t("invite.withdraw.title", { email: invitation.email })}
      act={t("invite.withdraw")}
      isBusy={withdraw.isPending}
      error={withdraw.error}
      onConfirm={() => withdraw.mutate({ params: { path: { number: invitation.id } } })}
      onClose={onClose}
    >
      {t("invite.withdraw.why")}
    </Confirm>
  );
}

/** A link is kept by nobody, so it cannot be shown again; a new one takes its place. */
function Renew({ invitation, onClose }: { invitation: Invitation; onClose: () => void }) {
  const { t } = useTranslation();
  const stale = useStale("/api/invitations");
  const renew = query.useMutation("post", "/api/invitations", { onSuccess: () => stale() });
  const { email, team, roles, org_roles } = invitation;
  if (!renew.data?.link)
    return (
      <Confirm
        title={t("invite.renew.title", { email })}
        act={t("invite.renew.make")}
        isBusy={renew.isPending}
        error={renew.error}
        onConfirm={() =>
          renew.mutate({ body: { email, team, roles: roles as TeamRole[], org_roles: org_roles as OrgRole[] } })
        }
        onClose={onClose}
        isGentle
      >
        {t("invite.renew.why")}
      </Confirm>
    );
  return (
    <Modal opened onClose={onClose} title={t("invite.renew.title", { email })}>
      <ProblemAlert error={renew.error} />
      <CopyLink label={t("people.link")} description={t("invite.send", { email })} link={renew.data.link} />
    </Modal>
  );
}
