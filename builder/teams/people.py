"""Changing people: oneself, and, for admins, others. Whoever leaves is closed, not deleted: what he did stays his."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.kit.ids import show_id
from builder.teams.passwords import check_password, hash_password
from builder.teams.read import expect_person, views_of
from builder.teams.rules import require
from builder.teams.schemas import Caller, PasswordError, PeopleError, PersonChange, PersonView, SelfChange
from builder.teams.sessions import Place, begin_session
from builder.teams.store import (
    delete_links,
    delete_sessions,
    find_admins,
    lock_organisation,
    read_org_roles,
    read_password_hash,
    read_people,
    read_person_by_email,
    save_org_roles,
    save_person,
)
from builder.teams.store.tokens import save_token_ended
from builder.teams.ways import refuse_password


def change_self(session: Session, caller: Caller, wanted: SelfChange, now: datetime) -> None:
    """Changes a person's own name or language."""
    _save(session, caller.actor, caller.person_id, wanted.model_dump(exclude_none=True), now)


def change_password(
    session: Session, caller: Caller, password: str, present: str | None, place: Place, now: datetime
) -> str:
    """Sets one's own password, signs out everywhere else, and gives this session a new token.

    Raises:
        PasswordError: the present one is wrong, or the new one is not good enough.
        CompanyOnlyError: no password of his opens anything.
    """
    refuse_password(session, caller.person_id)
    held = read_password_hash(session, caller.person_id)
    if held is not None and not check_password(present or "", held):
        raise PasswordError("That is not your present password.", field="present")
    save_person(session, caller.person_id, {"password_hash": hash_password(password, caller.email)})
    delete_links(session, "owner", caller.email)
    delete_links(session, "reset", caller.email)
    delete_sessions(session, caller.person_id)
    subject = f"person {caller.person}"
    append_event(session, "password_changed", actor=caller.actor, subject=subject, now=now)
    return begin_session(session, caller.person_id, place, now)


def change_person(session: Session, caller: Caller, person_id: int, wanted: PersonChange, now: datetime) -> PersonView:
    """Changes somebody: name, address, roles in the organisation, or whether he is here at all.

    Raises:
        Forbidden: the caller may not.
        UnknownError: there is no such person.
        PeopleError: the address is somebody else's, or nobody would be admin any more.
    """
    require(caller, "organisation.write", None)
    lock_organisation(session)
    person = expect_person(session, caller, person_id)
    closing = wanted.closed is True and not person.closed
    loses_admin = wanted.org_roles is not None and "admin" not in wanted.org_roles
    if (closing or loses_admin) and find_admins(session) == [person_id]:
        raise PeopleError(
            "The organisation needs an admin, and this is the last.", way_out="Make somebody else an admin first."
        )
    if wanted.email is not None and wanted.email != person.email:
        if read_person_by_email(session, wanted.email) is not None:
            raise PeopleError("Somebody else has this address.", field="email")
        for kind in ("owner", "reset"):
            delete_links(session, kind, person.email)
    values: dict[str, Any] = wanted.model_dump(include={"name", "email"}, exclude_none=True)
    if wanted.closed is not None and wanted.closed != person.closed:
        values["closed_at"] = now if wanted.closed else None
    _save(session, caller.actor, person_id, values, now)
    if closing:
        delete_sessions(session, person_id)
        save_token_ended(session, caller.actor, now, person_id=person_id)
        delete_links(session, "reset", person.email)
    if wanted.org_roles is not None:
        save_roles_of(session, caller.actor, person_id, wanted.org_roles, now)
    return views_of(session, read_people(session, [person_id]).values(), None)[0]


def save_roles_of(session: Session, actor: str, person_id: int, roles: Iterable[str], now: datetime) -> None:
    """Sets what somebody is in the organisation. Whoever calls has checked that the actor may."""
    before, after = read_org_roles(session, [person_id])[person_id], frozenset(roles)
    if before == after:
        return
    save_org_roles(session, person_id, after)
    record = {"before": sorted(before), "after": sorted(after)}
    subject = f"person {show_id(person_id)}"
    append_event(session, "org_roles_changed", actor=actor, subject=subject, now=now, record=record)


def _save(session: Session, actor: str, person_id: int, values: dict[str, Any], now: datetime) -> None:
    if not values:
        return
    save_person(session, person_id, values)
    record = {"changed": sorted(values)}
    if "closed_at" in values:
        record["closed"] = [str(values["closed_at"] is not None).lower()]
    append_event(session, "person_changed", actor=actor, subject=f"person {show_id(person_id)}", now=now, record=record)
