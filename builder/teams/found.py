"""Founding and naming: teams, and the organisation that they are in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from builder.audit import ORGANISATION, append_event
from builder.kit.ids import show_id
from builder.teams.members import add_roles
from builder.teams.people import save_roles_of
from builder.teams.read import expect_team
from builder.teams.rules import require
from builder.teams.schemas import Caller, PeopleError, UnknownError
from builder.teams.store import (
    find_team_by_name,
    insert_person,
    insert_team,
    lock_organisation,
    read_people,
    save_organisation_name,
    save_team_name,
)


def found_team(session: Session, actor: str, name: str, owner: int, now: datetime) -> int:
    """Makes a team with its first owner; its id. Whoever calls has checked that the actor may.

    Raises:
        UnknownError: there is no such person.
        PeopleError: another team has this name.
    """
    lock_organisation(session)
    found = read_people(session, [owner]).get(owner)
    if found is None or found.closed:
        raise UnknownError("There is no such person.", field="owner")
    _refuse_taken(session, name, None)
    team_id = insert_team(session, name, now)
    append_event(
        session, "team_founded", actor=actor, subject=f"team {show_id(team_id)}", now=now, record={"name": name}
    )
    add_roles(session, actor, team_id, owner, ["owner"], now)
    return team_id


def introduce_person(
    session: Session, actor: str, email: str, name: str, now: datetime, *, org_roles: Iterable[str] = ()
) -> int:
    """Makes somebody who has no way in before a reset link opens one; his id. Whoever calls has checked the actor."""
    number = insert_person(session, email, name, "en", None, now)
    subject = f"person {show_id(number)}"
    append_event(session, "person_introduced", actor=actor, subject=subject, now=now, record={"name": name})
    save_roles_of(session, actor, number, org_roles, now)
    return number


def rename_team(session: Session, caller: Caller, team_id: int, name: str, now: datetime) -> None:
    """Gives a team another name.

    Raises:
        Forbidden: the caller may not.
        UnknownError: there is no such team.
        PeopleError: another team has this name.
    """
    require(caller, "people.write", team_id)
    lock_organisation(session)
    before = expect_team(session, team_id)
    _refuse_taken(session, name, team_id)
    save_team_name(session, team_id, name)
    record = {"before": before, "after": name}
    subject = f"team {show_id(team_id)}"
    append_event(session, "team_renamed", actor=caller.actor, subject=subject, now=now, record=record)


def rename_organisation(session: Session, caller: Caller, name: str, now: datetime) -> None:
    """Gives the organisation another name.

    Raises:
        Forbidden: the caller may not.
    """
    require(caller, "organisation.write", None)
    save_organisation_name(session, name)
    subject = f"organisation {ORGANISATION}"
    append_event(session, "organisation_renamed", actor=caller.actor, subject=subject, now=now, record={"name": name})


def _refuse_taken(session: Session, name: str, but: int | None) -> None:
    taken = find_team_by_name(session, name)
    if taken is not None and taken != but:
        raise PeopleError(f"There is a team called {name} already.", field="name")
