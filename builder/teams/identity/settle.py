"""Letting somebody in whom the provider vouches for: who he is here, and what his groups make him.

A subject of the provider is one person here for good. The first time he is found by his address, or made; only an
address that is verified counts, for whoever could name another's address would be that person. Each time, the roles
that groups gave are set to what they give now; roles that were given by hand stay. Whoever is nothing then gets no
session.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from builder.audit import ORGANISATION, append_event
from builder.kit.ids import show_id
from builder.teams.identity.finish import Vouched
from builder.teams.identity.provider import Provider
from builder.teams.members import add_roles, set_roles
from builder.teams.people import save_roles_of
from builder.teams.rules import COMPANY_LASTS, Given, settle_roles, weigh_groups
from builder.teams.schemas import Person
from builder.teams.sessions import Place, begin_session, hash_token, tell_sign_in
from builder.teams.store import (
    delete_sessions,
    insert_person,
    lock_organisation,
    read_memberships,
    read_org_roles,
    read_people,
    read_person_by_email,
)
from builder.teams.store.identity import (
    ORGANISATION_ROLE,
    has_identity,
    insert_identity,
    mark_session,
    read_group_roles,
    read_identity,
    read_provider_row,
    save_group_roles,
    save_identity_seen,
    take_absent,
    take_invitations,
)
from builder.teams.store.standing import read_standing
from builder.teams.store.tokens import save_token_ended

NOTHING = Given(frozenset(), {})


@dataclass(frozen=True, slots=True)
class LetIn:
    """How a sign-in through the company ended: with a session's token, or why not, as a word of `PROBLEMS`."""

    token: str | None = field(repr=False)
    problem: str | None = None


def settle_person(
    session: Session, provider: Provider, vouched: Vouched, place: Place, now: datetime, instead_of: str | None
) -> LetIn:
    """Lets somebody in, or not; what his groups took away is gone in either case. Commit it whatever comes of it.

    Args:
        session: the transaction.
        provider: the company's sign-in.
        vouched: whom it vouches for.
        place: from where he comes.
        now: when.
        instead_of: the token that the browser held before.
    """
    lock_organisation(session)
    given = weigh_groups(provider.rules, vouched.groups)
    known = read_identity(session, provider.issuer, vouched.subject)
    person, problem = (
        (read_people(session, [known])[known], None)
        if known is not None
        else _find_newcomer(session, provider, vouched, given, now)
    )
    if person is None or problem is not None:
        return LetIn(None, problem)
    if person.closed:
        return LetIn(None, "closed")
    apply_groups(session, _groups_of(provider.name), person.id, given, now)
    org_roles, teams = read_standing(session, person.id)
    save_identity_seen(session, provider.issuer, vouched.subject, now)
    if not org_roles and not teams:
        shut_out(session, _groups_of(provider.name), person.id, now)
        return LetIn(None, "no_groups")
    actor = f"{show_id(person.id)} {person.name} <{person.email}>"
    tell_sign_in(session, actor, person.id, "company", now)
    token = begin_session(session, person.id, place, now, instead_of)
    hashed = hash_token(token)
    assert hashed is not None
    mark_session(session, hashed, provider.issuer, vouched.session, now + COMPANY_LASTS)
    return LetIn(token)


def note_refusal(session: Session, problem: str, place: Place, now: datetime) -> None:
    """Writes down that a sign-in through the company went wrong, so that an admin can see why."""
    subject, record = f"organisation {ORGANISATION}", {"problem": problem, "address": place.address[:64]}
    append_event(session, "company_sign_in_refused", actor="keeper", subject=subject, now=now, record=record)


def apply_groups(session: Session, actor: str, person_id: int, given: Given, now: datetime) -> None:
    """Sets the roles that somebody's groups gave to what they give now.

    Args:
        session: the transaction; nobody else changes people meanwhile.
        actor: who does it, as the audit names him.
        person_id: whose roles.
        given: what his groups give.
        now: when.
    """
    before = read_group_roles(session, person_id)
    held = {each.team_id: each.roles for each in read_memberships(session, people=[person_id])}
    kept: dict[int, frozenset[str]] = {}
    settled = settle_roles(
        read_org_roles(session, [person_id])[person_id], before.get(ORGANISATION_ROLE, frozenset()), given.org_roles
    )
    save_roles_of(session, actor, person_id, settled.holds, now)
    kept[ORGANISATION_ROLE] = settled.given
    for team in sorted((set(before) | set(given.teams)) - {ORGANISATION_ROLE}):
        roles = held.get(team, frozenset()), before.get(team, frozenset()), given.teams.get(team, frozenset())
        settled = settle_roles(*roles)
        if settled.holds != roles[0]:
            set_roles(session, actor, team, person_id, settled.holds, now)
        kept[team] = settled.given
    if kept != before:
        save_group_roles(session, person_id, kept)


def shut_out(session: Session, actor: str, person_id: int, now: datetime) -> None:
    """Ends every session and every API token of somebody."""
    sessions = delete_sessions(session, person_id)
    tokens = save_token_ended(session, actor, now, person_id=person_id)
    if sessions or tokens:
        record = {"sessions": sessions, "tokens": tokens}
        subject = f"person {show_id(person_id)}"
        append_event(session, "person_shut_out", actor=actor, subject=subject, now=now, record=record)


def sweep_absent(session: Session, now: datetime) -> None:
    """Takes what groups gave from people for whom the provider has not vouched for long, and ends their API tokens.

    Whoever is taken out there never signs in again, so nothing else would tell. He who comes back gets back what his
    groups give; tokens he makes anew.
    """
    row = read_provider_row(session)
    if row is None or not row.enabled:
        return
    lock_organisation(session)
    for person_id in take_absent(session, now - timedelta(days=row.absent_days), now):
        apply_groups(session, _groups_of(row.name), person_id, NOTHING, now)
        shut_out(session, _groups_of(row.name), person_id, now)


def _groups_of(name: str) -> str:
    return f"groups of {name}"


def _find_newcomer(
    session: Session, provider: Provider, vouched: Vouched, given: Given, now: datetime
) -> tuple[Person | None, str | None]:
    """Whom a subject is that was never here: somebody of the same address, or a new person; or why nobody."""
    if vouched.email is None:
        return None, "email_missing"
    if not (vouched.verified or (vouched.verified is None and provider.trusts_email)):
        return None, "email_unverified"
    found = read_person_by_email(session, vouched.email)
    person = None if found is None else found[0]
    if person is not None and person.closed:
        return None, "closed"
    if person is not None and has_identity(session, person.id, provider.issuer):
        return None, "bound_elsewhere"
    invitations = take_invitations(session, vouched.email, now)
    stands = person is not None and any(read_standing(session, person.id))
    if not given and not stands and not invitations:
        return None, "no_groups"
    actor = _groups_of(provider.name)
    if person is None:
        number = insert_person(session, vouched.email, vouched.name, vouched.language, None, now)
        person = read_people(session, [number])[number]
        subject = f"person {show_id(number)}"
        append_event(session, "person_introduced", actor=actor, subject=subject, now=now, record={"name": vouched.name})
    for link in invitations:
        if link.team_id is not None:
            add_roles(session, link.made_by, link.team_id, person.id, link.roles, now)
        if link.org_roles:
            roles = read_org_roles(session, [person.id])[person.id] | link.org_roles
            save_roles_of(session, link.made_by, person.id, roles, now)
    insert_identity(session, provider.issuer, vouched.subject, person.id, now)
    subject, record = f"person {show_id(person.id)}", {"issuer": provider.issuer, "subject": vouched.subject}
    append_event(session, "identity_bound", actor=actor, subject=subject, now=now, record=record)
    return person, None
