"""One-time links: made for one person and one act, shown once, kept as a hash, used once, gone after a while."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.db import to_milliseconds
from builder.kit.ids import new_id, show_id
from builder.teams.passwords import hash_password
from builder.teams.ports import Post
from builder.teams.read import expect_person
from builder.teams.rules import LINK_LASTS, RESETS, may_reset, network_of, wait_after
from builder.teams.schemas import Caller, Forbidden, Link, LinkError, LinkKind, LinkView
from builder.teams.sessions import Place, begin_session, hash_token, new_token, tell_sign_in
from builder.teams.store import (
    count_attempt,
    delete_links,
    delete_sessions,
    find_admins,
    has_password_anywhere,
    insert_link,
    insert_person,
    lock_organisation,
    read_link,
    read_memberships,
    read_org_roles,
    read_people,
    read_person_by_email,
    read_teams,
    save_org_roles,
    save_organisation,
    save_person,
    take_link,
)
from builder.teams.ways import find_company_only, read_ways, refuse_password

FIRST_EMAIL = "owner@localhost"


def is_ownerless(session: Session) -> bool:
    """Whether nobody can sign in yet, so that a link must be printed."""
    return not has_password_anywhere(session) and read_ways(session).company is None


def is_machine_trusted(session: Session) -> bool:
    """Whether whoever stands at the machine may make the owner's link: nobody has a password, or the company's sign-in
    is on, which may be broken or set up wrongly.
    """
    return is_ownerless(session) or read_ways(session).company is not None


def make_owner_link(session: Session, now: datetime, organisation: str = "My organisation") -> tuple[int, str]:
    """A link that signs the first owner in, for whoever stands at the machine; it makes him, when there is nobody.

    Later it lets the first admin in again who forgot his password. An older link of this kind no longer opens.

    Args:
        session: the transaction.
        now: when.
        organisation: the organisation's name, when it is made now.

    Returns:
        The owner's id, and the link's token.
    """
    save_organisation(session, organisation, now)
    lock_organisation(session)
    admins = find_admins(session)
    owner = admins[0] if admins else _find_first(session, now)
    if not admins:
        save_org_roles(session, owner, {"admin"} | read_org_roles(session, [owner])[owner])
    person = read_people(session, [owner])[owner]
    _, token = make_link(session, "owner", person.email, made_by="keeper", now=now, person_id=owner)
    subject = f"person {show_id(owner)}"
    append_event(session, "owner_link_made", actor="keeper", subject=subject, now=now, record={"first": not admins})
    return owner, token


def _find_first(session: Session, now: datetime) -> int:
    """The first owner, when there is no admin: he is made, or, where he was one before, is here again."""
    found = read_person_by_email(session, FIRST_EMAIL)
    if found is None:
        return insert_person(session, FIRST_EMAIL, "Owner", "en", None, now)
    save_person(session, found[0].id, {"closed_at": None})
    return found[0].id


def make_reset_link(session: Session, caller: Caller, person_id: int, now: datetime) -> tuple[str, datetime]:
    """A link with which somebody sets a new password: its token, and until when. What he has works until he does.

    Raises:
        UnknownError: there is no such person whom the caller may know of.
        Forbidden: the caller could come in as somebody who may more than he.
    """
    person = expect_person(session, caller, person_id)
    teams = [each.team_id for each in read_memberships(session, people=[person_id])]
    if not may_reset(caller, read_org_roles(session, [person_id])[person_id], teams):
        raise Forbidden(
            f"{person.name} is more than a member of your teams, so you may not open a way in for {person.name}.",
            way_out="Ask an admin.",
        )
    link, token = make_link(session, "reset", person.email, made_by=caller.actor, now=now, person_id=person_id)
    append_event(session, "reset_link_made", actor=caller.actor, subject=f"person {show_id(person_id)}", now=now)
    return token, link.ends_at


def ask_for_reset(
    session: Session, email: str, place: Place, now: datetime, post: Post, address: Callable[[str], str]
) -> None:
    """Mails a one-time link to whoever forgot his password. What comes of it is the same for everybody who asks.

    Args:
        session: the transaction; commit it whatever comes of it.
        email: whose password it is.
        place: from where it is asked.
        now: when.
        post: sends it.
        address: makes the page's address of a token.
    """
    counts = []
    for key in (f"reset {hashlib.sha256(email.encode()).hexdigest()}", f"reset from {network_of(place.address)}"):
        count, since = count_attempt(session, key, now)
        counts.append((count, since))
    found = read_person_by_email(session, email)
    if found is None or found[0].closed or wait_after(*counts[0], now, RESETS["account"]) is not None:
        return
    if find_company_only(session, found[0].id) is not None:
        return
    if wait_after(*counts[1], now, RESETS["address"]) is not None:
        return
    person = found[0]
    _, token = make_link(session, "reset", person.email, made_by="keeper", now=now, person_id=person.id)
    post.send_link(session, "reset", person.email, address(token), now, person.language)
    append_event(session, "reset_link_mailed", actor="keeper", subject=f"person {show_id(person.id)}", now=now)


def make_link(
    session: Session,
    kind: LinkKind,
    email: str,
    *,
    made_by: str,
    now: datetime,
    person_id: int | None = None,
    team_id: int | None = None,
    roles: Iterable[str] = (),
    org_roles: Iterable[str] = (),
) -> tuple[Link, str]:
    """Makes a link in place of an older one that was for the same; and its token, which nobody can read again."""
    delete_links(session, kind, email, team_id)
    token = new_token()
    link = Link(
        id=new_id(to_milliseconds(now)),
        kind=kind,
        person_id=person_id,
        email=email,
        team_id=team_id,
        roles=frozenset(roles),
        org_roles=frozenset(org_roles),
        made_by=made_by,
        made_at=now,
        ends_at=now + LINK_LASTS[kind],
    )
    insert_link(session, link, hash_token(token))
    return link, token


def look_at_link(session: Session, token: str, now: datetime) -> LinkView:
    """What a link is for. It stays unused, so that a preview of it does no harm.

    Raises:
        LinkError: it does not open.
    """
    hashed = hash_token(token)
    link = None if hashed is None else read_link(session, hashed, now)
    if link is None:
        raise _closed()
    team = None if link.team_id is None else read_teams(session, frozenset({link.team_id})).get(link.team_id)
    return LinkView(kind=link.kind, email=link.email, team=team, ends_at=link.ends_at)


def use_link(session: Session, token: str, kind: LinkKind, now: datetime) -> Link:
    """Uses a link up.

    Raises:
        LinkError: it does not open, or is for something else.
    """
    hashed = hash_token(token)
    link = None if hashed is None else take_link(session, hashed, kind, now)
    if link is None:
        raise _closed()
    return link


def enter_by_link(session: Session, token: str, place: Place, now: datetime, instead_of: str | None) -> str:
    """Signs the owner in by the link that was printed at the machine; the session's token.

    Raises:
        LinkError: it does not open.
    """
    link = use_link(session, token, "owner", now)
    return _let_in(session, link, place, now, instead_of)


def reset_password(
    session: Session, token: str, password: str, place: Place, now: datetime, instead_of: str | None
) -> str:
    """Sets a new password by a link, ends every session that was open, and signs in; the session's token.

    Raises:
        LinkError: it does not open.
        PasswordError: the password is not good enough; the link stays.
        CompanyOnlyError: no password of his opens anything; the link stays.
    """
    link = use_link(session, token, "reset", now)
    assert link.person_id is not None
    refuse_password(session, link.person_id)
    save_person(session, link.person_id, {"password_hash": hash_password(password, link.email)})
    delete_sessions(session, link.person_id)
    return _let_in(session, link, place, now, instead_of)


def _let_in(session: Session, link: Link, place: Place, now: datetime, instead_of: str | None) -> str:
    assert link.person_id is not None
    person = read_people(session, [link.person_id])[link.person_id]
    if person.closed:
        raise _closed()
    actor = f"{show_id(person.id)} {person.name} <{person.email}>"
    tell_sign_in(session, actor, person.id, f"{link.kind} link", now)
    return begin_session(session, person.id, place, now, instead_of)


def _closed() -> LinkError:
    return LinkError(
        "This link does not open: it was used, it ran out, or it was withdrawn.",
        way_out="Ask whoever sent it for a new one.",
    )
