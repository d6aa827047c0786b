"""Making, changing, rotating and ending credentials. What one holds goes in, and never comes out by these doors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.credentials import store
from builder.credentials.rules import expect_name, judge_fields, judge_hosts, split_shown
from builder.credentials.schemas import (
    CredentialError,
    CredentialRow,
    CredentialTakenError,
    UnknownCredentialError,
    UseRow,
    Wanted,
)
from builder.credentials.seal import seal_version
from builder.db import read_clock, to_milliseconds
from builder.kit.ids import new_id
from builder.kit.sealing import Wrapping
from builder.teams import Caller, read_teams, require


def list_credentials(session: Session, caller: Caller) -> list[CredentialRow]:
    """Every credential, without what it holds."""
    require(caller, "credential.read", None)
    return store.list_all_credentials(session)


def list_usable(session: Session, caller: Caller, team: int) -> list[CredentialRow]:
    """The credentials that a team may use."""
    require(caller, "credential.use", team)
    return store.list_credentials_of(session, team)


def find_credential(session: Session, caller: Caller, credential_id: int) -> CredentialRow:
    """One credential, without what it holds.

    Raises:
        UnknownCredentialError: there is none.
    """
    require(caller, "credential.read", None)
    return _expect(store.read_credential(session, credential_id))


def find_versions(session: Session, caller: Caller, credential_id: int) -> list[tuple[int, str, datetime]]:
    """Number, maker and moment of every version, the newest first."""
    find_credential(session, caller, credential_id)
    return store.read_versions(session, credential_id)


def find_uses(session: Session, caller: Caller, credential_id: int, before: int | None, limit: int) -> list[UseRow]:
    """Uses of a credential, the newest first."""
    find_credential(session, caller, credential_id)
    return store.list_uses(session, credential_id, before, limit)


def make_credential(session: Session, caller: Caller, wanted: Wanted, wrapping: Wrapping) -> int:
    """Makes a credential; its id.

    Raises:
        CredentialError: it cannot be so.
        CredentialTakenError: the name is another's.
    """
    require(caller, "credential.write", None)
    name, fields = expect_name(wanted), judge_fields(wanted.kind, wanted.fields)
    shown = split_shown(wanted.kind, fields)
    hosts = judge_hosts(wanted.kind, wanted.hosts, shown)
    now = read_clock(session)
    if wanted.ends_at is not None and wanted.ends_at <= now:
        raise CredentialError(
            "Its last day is over already.", field="ends_at", way_out="Choose a later day, or leave it empty."
        )
    _expect_free(session, name, None)
    number = new_id(to_milliseconds(now))
    store.insert_credential(
        session,
        {
            "id": number, "name": name, "kind": wanted.kind, "note": wanted.note, "version": 1, "shown": shown,
            "hosts": list(hosts), "types": sorted(set(wanted.types)), "all_teams": wanted.teams is None,
            "ends_at": wanted.ends_at, "made_by": caller.person, "made_at": now, "changed_at": now,
        },
    )  # fmt: skip
    store.save_teams(session, number, _expect_teams(session, wanted.teams))
    seal_version(session, number, 1, fields, wrapping, caller.person, now)
    _tell(session, caller, "credential_made", name, now, {"kind": wanted.kind, "hosts": list(hosts)})
    return number


def change_credential(session: Session, caller: Caller, credential_id: int, wanted: Wanted) -> None:
    """Changes what is said of a credential: note, hosts, grants, end. What it holds, `rotate_credential` changes.

    Raises:
        UnknownCredentialError, CredentialError: there is none, or it cannot be so.
    """
    require(caller, "credential.write", None)
    row = _expect(store.read_credential(session, credential_id, lock=True))
    hosts = judge_hosts(row.kind, wanted.hosts, row.shown)
    now = read_clock(session)
    values = {
        "note": wanted.note, "hosts": list(hosts), "types": sorted(set(wanted.types)),
        "all_teams": wanted.teams is None, "ends_at": wanted.ends_at, "changed_at": now,
    }  # fmt: skip
    store.update_credential(session, credential_id, values)
    store.save_teams(session, credential_id, _expect_teams(session, wanted.teams))
    record = {"hosts": list(hosts), "teams": "all" if wanted.teams is None else len(wanted.teams)}
    _tell(session, caller, "credential_changed", row.name, now, record)


def rotate_credential(
    session: Session, caller: Caller, credential_id: int, fields: Mapping[str, str], wrapping: Wrapping
) -> int:
    """Puts something new in place of what a credential holds; the new version's number. The old is forgotten at once.

    Raises:
        UnknownCredentialError, CredentialError: there is none, or it cannot be so.
    """
    require(caller, "credential.write", None)
    row = _expect(store.read_credential(session, credential_id, lock=True))
    given = judge_fields(row.kind, fields)
    now, number = read_clock(session), row.version + 1
    shown = split_shown(row.kind, given)
    hosts = list(row.hosts if row.shown.get("host") == shown.get("host") else judge_hosts(row.kind, (), shown))
    store.update_credential(
        session,
        credential_id,
        {
            "version": number, "shown": shown, "hosts": hosts, "changed_at": now, "tested_at": None, "test_ok": None,
            "test_said": None,
        },
    )  # fmt: skip
    seal_version(session, credential_id, number, given, wrapping, caller.person, now)
    _tell(session, caller, "credential_rotated", row.name, now, {"version": number})
    return number


def end_credential(session: Session, caller: Caller, credential_id: int, *, off: bool) -> None:
    """Switches a credential off at once, or on again. Every next run that names it is refused while it is off.

    Raises:
        UnknownCredentialError: there is none.
    """
    require(caller, "credential.write", None)
    row = _expect(store.read_credential(session, credential_id, lock=True))
    now = read_clock(session)
    store.update_credential(session, credential_id, {"off_at": now if off else None, "changed_at": now})
    _tell(session, caller, "credential_ended" if off else "credential_revived", row.name, now, {})


def _expect(row: CredentialRow | None) -> CredentialRow:
    if row is None:
        raise UnknownCredentialError("There is no such credential.")
    return row


def _expect_free(session: Session, name: str, but: int | None) -> None:
    there = store.find_credential_named(session, name)
    if there is not None and there.id != but:
        raise CredentialTakenError(
            f"There is a credential “{name}” already.", field="name", way_out="Take another name."
        )


def _expect_teams(session: Session, teams: frozenset[int] | None) -> frozenset[int]:
    if not teams:
        return frozenset()
    unknown = teams - read_teams(session, teams).keys()
    if unknown:
        raise CredentialError("One of the teams is not here.", field="teams")
    return teams


def _tell(session: Session, caller: Caller, kind: str, name: str, now: datetime, record: Mapping[str, object]) -> None:
    subject = f"credential {name}"
    append_event(session, kind, actor=caller.actor, subject=subject, now=now, record={"name": name, **record})
