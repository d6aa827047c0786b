"""Members: who is what in a team. A team keeps at least one owner."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.kit.ids import show_id
from builder.teams.rules import require
from builder.teams.schemas import Caller, PeopleError, UnknownError
from builder.teams.store import lock_team, read_memberships, save_membership


def change_member(
    session: Session, caller: Caller, team_id: int, person_id: int, roles: Iterable[str], now: datetime
) -> None:
    """Sets what somebody is in a team; with no roles he is no longer in it. It holds from his next click on.

    Raises:
        Forbidden: the caller may not.
        UnknownError: there is no such team, or he is not in it.
        PeopleError: the team would be without an owner.
    """
    require(caller, "people.write", team_id)
    if lock_team(session, team_id) is None:
        raise UnknownError("There is no such team.")
    there = {each.person_id: each.roles for each in read_memberships(session, teams=[team_id])}
    if person_id not in there:
        raise UnknownError("There is no such person in this team.", way_out="Invite them.")
    wanted = frozenset(roles)
    owners = {number for number, held in there.items() if "owner" in held}
    if owners == {person_id} and "owner" not in wanted:
        raise PeopleError("A team needs an owner, and this is the last.", way_out="Make somebody else an owner first.")
    _save(session, caller.actor, team_id, person_id, there[person_id], wanted, now)


def add_roles(session: Session, actor: str, team_id: int, person_id: int, roles: Iterable[str], now: datetime) -> None:
    """Adds roles to what somebody is in a team. Whoever calls has checked that the actor may."""
    lock_team(session, team_id)
    held = next(
        (each.roles for each in read_memberships(session, people=[person_id], teams=[team_id])), frozenset[str]()
    )
    _save(session, actor, team_id, person_id, held, held | frozenset(roles), now)


def set_roles(session: Session, actor: str, team_id: int, person_id: int, roles: Iterable[str], now: datetime) -> None:
    """Sets what somebody is in a team, who need not be in it yet. Whoever calls has checked that the actor may."""
    lock_team(session, team_id)
    held = next(
        (each.roles for each in read_memberships(session, people=[person_id], teams=[team_id])), frozenset[str]()
    )
    _save(session, actor, team_id, person_id, held, frozenset(roles), now)


def _save(
    session: Session,
    actor: str,
    team_id: int,
    person_id: int,
    before: frozenset[str],
    after: frozenset[str],
    now: datetime,
) -> None:
    if before == after:
        return
    save_membership(session, team_id, person_id, after)
    record = {"team": show_id(team_id), "before": sorted(before), "after": sorted(after)}
    subject = f"person {show_id(person_id)}"
    append_event(session, "member_changed", actor=actor, subject=subject, now=now, record=record)
