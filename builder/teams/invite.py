"""Inviting: whoever is here already becomes a member at once; anybody else gets a link, and comes in by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.kit.ids import show_id
from builder.teams.links import make_link, use_link
from builder.teams.members import add_roles
from builder.teams.passwords import hash_password
from builder.teams.people import save_roles_of
from builder.teams.ports import Post
from builder.teams.read import expect_team
from builder.teams.rules import require, teams_where
from builder.teams.schemas import Acceptance, Caller, Link, NewInvitation, PeopleError, UnknownError
from builder.teams.sessions import Place, begin_session, tell_sign_in
from builder.teams.store import (
    delete_link,
    find_invitations,
    insert_person,
    lock_organisation,
    read_org_roles,
    read_organisation,
    read_people,
    read_person_by_email,
)
from builder.teams.ways import refuse_password


@dataclass(frozen=True, slots=True)
class Invited:
    """What inviting led to: a link's token with its invitation, or neither, when the person was added."""

    invitation: Link | None = None
    token: str | None = None


def invite_person(
    session: Session, caller: Caller, wanted: NewInvitation, now: datetime, post: Post | None = None
) -> Invited:
    """Invites somebody into a team, into the organisation, or both. Whoever is added at once is told by `post`.

    Raises:
        Forbidden: the caller may not give this.
        UnknownError: there is no such team.
        PeopleError: it says nothing, or the person has left.
    """
    _check(session, caller, wanted)
    lock_organisation(session)
    found = read_person_by_email(session, wanted.email)
    if found is not None:
        person = found[0]
        if person.closed:
            raise PeopleError(f"{person.name} has left.", way_out="An admin can let them come back.")
        if wanted.team is not None:
            add_roles(session, caller.actor, wanted.team, person.id, wanted.roles, now)
            if post is not None:
                post.welcome(session, person.id, wanted.team, expect_team(session, wanted.team), now)
        if wanted.org_roles:
            held = read_org_roles(session, [person.id])[person.id]
            save_roles_of(session, caller.actor, person.id, held | set(wanted.org_roles), now)
        return Invited()
    invitation, token = make_link(
        session,
        "invitation",
        wanted.email,
        made_by=caller.actor,
        now=now,
        team_id=wanted.team,
        roles=wanted.roles,
        org_roles=wanted.org_roles,
    )
    record = {"team": _shown(wanted.team), "roles": sorted(wanted.roles), "org_roles": sorted(wanted.org_roles)}
    subject = f"invitation {show_id(invitation.id)}"
    append_event(session, "person_invited", actor=caller.actor, subject=subject, now=now, record=record)
    return Invited(invitation, token)


def mail_invitation(session: Session, caller: Caller, link: Link, address: str, now: datetime, post: Post) -> bool:
    """Sends an invitation's link to whom it is for, in the language of who invites; whether mail is sent here."""
    language = read_people(session, [caller.person_id])[caller.person_id].language
    team = None if link.team_id is None else expect_team(session, link.team_id)
    where = team or read_organisation(session) or ""
    return post.send_link(
        session, "invitation", link.email, address, now, language, person=caller.name, organisation=where
    )


def list_invitations(session: Session, caller: Caller, now: datetime) -> list[Link]:
    """Invitations that wait, as far as the caller may know of them."""
    return find_invitations(session, teams_where(caller, "people.read"), now)


def withdraw_invitation(session: Session, caller: Caller, link_id: int, now: datetime) -> None:
    """Makes an invitation's link useless.

    Raises:
        UnknownError: no such invitation waits, or the caller may not know of it.
        Forbidden: the caller may not withdraw it.
    """
    link = next((each for each in list_invitations(session, caller, now) if each.id == link_id), None)
    if link is None:
        raise UnknownError("No such invitation waits.")
    require(caller, "people.write" if link.team_id is not None else "organisation.write", link.team_id)
    delete_link(session, link_id)
    subject = f"invitation {show_id(link_id)}"
    append_event(session, "invitation_withdrawn", actor=caller.actor, subject=subject, now=now)


def accept_invitation(session: Session, said: Acceptance, place: Place, now: datetime, instead_of: str | None) -> str:
    """Makes the person whom a link invites, gives what it promised, and signs in; the session's token.

    Raises:
        LinkError: the link does not open.
        PasswordError: the password is not good enough; the link stays.
        PeopleError: this address came in another way meanwhile.
        CompanyOnlyError: no password opens anything here; the link stays.
    """
    link = use_link(session, said.token, "invitation", now)
    refuse_password(session, None)
    lock_organisation(session)
    if read_person_by_email(session, link.email) is not None:
        raise PeopleError("You are here already.", way_out="Sign in with your password.")
    hashed = hash_password(said.password, link.email)
    person_id = insert_person(session, link.email, said.name, said.language, hashed, now)
    actor = f"{show_id(person_id)} {said.name} <{link.email}>"
    record = {"invitation": show_id(link.id), "made_by": link.made_by}
    append_event(session, "person_joined", actor=actor, subject=f"person {show_id(person_id)}", now=now, record=record)
    if link.team_id is not None:
        add_roles(session, actor, link.team_id, person_id, link.roles, now)
    if link.org_roles:
        save_roles_of(session, actor, person_id, link.org_roles, now)
    tell_sign_in(session, actor, person_id, "invitation link", now)
    return begin_session(session, person_id, place, now, instead_of)


def _check(session: Session, caller: Caller, wanted: NewInvitation) -> None:
    if wanted.team is not None:
        require(caller, "people.write", wanted.team)
        expect_team(session, wanted.team)
    if wanted.org_roles or wanted.team is None:
        require(caller, "organisation.write", None)
    if (wanted.team is not None) != bool(wanted.roles) or not (wanted.roles or wanted.org_roles):
        raise PeopleError(
            "An invitation says what the person will be.", way_out="Choose a team with a role, or a role."
        )


def _shown(team_id: int | None) -> str | None:
    return None if team_id is None else show_id(team_id)
