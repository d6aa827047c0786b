import { ActionIcon, Avatar, Badge, Button, Menu, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Ellipsis, KeyRound, Search, UserCog, UserPlus, UserRoundCheck, UserRoundX } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Person, query } from "@/api/client";
import { Card, Page, Part } from "@/kit/Page";
import { Row, Rows } from "@/kit/Rows";
import { may, useSession } from "@/kit/session";
import { Empty, Failure, Loading } from "@/kit/states";
import { TextLink } from "@/kit/TextLink";
import { Invite } from "./Invite";
import { ClosePerson, EditPerson } from "./PersonDialogs";
import classes from "./people.module.css";
import { ResetLink } from "./ResetLink";
import { RoleBadges } from "./roles";
import { WaitingInvitations } from "./WaitingInvitations";

type Doing = { what: "edit" | "link" | "close"; person: Person } | null;

/** Everybody whom one may know of: all, for those with a role in the organisation. */
export function People() {
  const { t } = useTranslation();
  const session = useSession();
  const [isInviting, setInviting] = useState(false);
  const mayInvite = may(session, "people.write");
  return (
    <Page
      title={t("people.title")}
      lead={t(may(session, "organisation.read") ? "people.lead" : "people.lead.teams")}
      actions={
        mayInvite && (
          <Button leftSection={<UserPlus aria-hidden size={17} />} onClick={() => setInviting(true)}>
            {t("invite.title")}
          </Button>
        )
      }
    >
      <Part title={t("people.all")}>
        <Find />
        <Everybody />
      </Part>
      <WaitingInvitations />
      {isInviting && (
        <Invite
          team={
            may(session, "organisation.write")
              ? undefined
              : session.teams.find((each) => may(session, "people.write", each.id))
          }
          onClose={() => setInviting(false)}
        />
      )}
    </Page>
  );
}

/** The words stand in the address, so that a link shows what I see. */
function Find() {
  const { t } = useTranslation();
  const { q } = useSearch({ from: "/inside/people" });
  const navigate = useNavigate();
  const [words, setWords] = useState(q ?? "");
  const find = useDebouncedCallback((next: string) => {
    navigate({ to: "/people", search: next ? { q: next } : {}, replace: true });
  }, 250);
  return (
    <TextInput
      type="search"
      className={classes.search}
      aria-label={t("people.find")}
      placeholder={t("people.find")}
      leftSection={<Search aria-hidden size={16} />}
      value={words}
      onChange={(event) => {
        setWords(event.currentTarget.value);
        find(event.currentTarget.value.trim());
      }}
    />
  );
}

function Everybody() {
  const { t } = useTranslation();
  const { q } = useSearch({ from: "/inside/people" });
  const [doing, setDoing] = useState<Doing>(null);
  const people = query.useInfiniteQuery(
    "get",
    "/api/people",
    { params: { query: { q: q ?? "", size: 50 } } },
    {
      pageParamName: "cursor",
      initialPageParam: null as string | null,
      getNextPageParam: (page: { next: string | null }) => page.next,
    },
  );
  if (people.error) return <Failure error={people.error} onRetry={() => people.refetch()} />;
  if (!people.data) return <Loading />;
  const found = people.data.pages.flatMap((page) => page.items);
  if (found.length === 0)
    return (
      <Card>
        <Empty title={t("people.nobody")}>{q ? t("people.nobody.why", { words: q }) : undefined}</Empty>
      </Card>
    );
  const close = (): void => setDoing(null);
  return (
    <>
      <Rows label={t("people.all")}>
        {found.map((person) => (
          <PersonRow key={person.id} person={person} onDo={(what) => setDoing({ what, person })} />
        ))}
      </Rows>
      {people.hasNextPage && (
        <Button mt="md" variant="default" loading={people.isFetchingNextPage} onClick={() => people.fetchNextPage()}>
          {t("kit.more")}
        </Button>
      )}
      {doing?.what === "edit" && <EditPerson person={doing.person} onClose={close} />}
      {doing?.what === "link" && <ResetLink person={doing.person} onClose={close} />}
      {doing?.what === "close" && <ClosePerson person={doing.person} onClose={close} />}
    </>
  );
}

function PersonRow({ person, onDo }: { person: Person; onDo: (what: "edit" | "link" | "close") => void }) {
  const { t } = useTranslation();
  const session = useSession();
  const isMe = person.id === session.person.id;
  const mayChange = may(session, "organisation.write");
  const mayLink = may(session, "people.write") && !isMe && !person.closed;
  return (
    <Row
      sign={<Avatar size={34} radius="xl" color={person.closed ? "gray" : "accent"} name={person.name} aria-hidden />}
      title={
        <>
          {person.name}
          {isMe && <Badge color="gray">{t("people.you")}</Badge>}
          {person.closed && <Badge color="red">{t("people.closed")}</Badge>}
        </>
      }
      below={person.email}
      facts={
        <>
          <RoleBadges roles={person.org_roles} isWide />
          <span className={classes.teams}>
            {person.teams.map((team) => (
              <span key={team.id}>
                <TextLink to="/team" search={{ team: team.id }} fw={400} inherit>
                  {team.name}
                </TextLink>{" "}
                <Text component="span" size="sm" c="dimmed">
                  {team.roles.map((role) => t(`role.${role as "viewer"}`)).join(", ")}
                </Text>
              </span>
            ))}
            {person.teams.length === 0 && person.org_roles.length === 0 && (
              <Text component="span" size="sm" c="dimmed">
                {t("people.nowhere")}
              </Text>
            )}
          </span>
        </>
      }
      acts={
        (mayChange || mayLink) && (
          <Menu position="bottom-end" width={240}>
            <Menu.Target>
              <ActionIcon size={36} aria-label={t("people.more", { name: person.name })}>
                <Ellipsis aria-hidden size={18} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {mayChange && (
                <Menu.Item leftSection={<UserCog aria-hidden size={15} />} onClick={() => onDo("edit")}>
                  {t("people.edit")}
                </Menu.Item>
              )}
              {mayLink && (
                <Menu.Item leftSection={<KeyRound aria-hidden size={15} />} onClick={() => onDo("link")}>
                  {t("people.resetLink")}
                </Menu.Item>
              )}
              {mayChange && !isMe && (
                <>
                  <Menu.Divider />
                  <Menu.Item
                    color={person.closed ? undefined : "red"}
                    leftSection={
                      person.closed ? <UserRoundCheck aria-hidden size={15} /> : <UserRoundX aria-hidden size={15} />
                    }
                    onClick={() => onDo("close")}
                  >
                    {t(person.closed ? "people.reopen" : "people.close")}
                  </Menu.Item>
                </>
              )}
            </Menu.Dropdown>
          </Menu>
        )
      }
    />
  );
}
