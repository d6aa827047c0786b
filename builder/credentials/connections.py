"""Writing model connections, and saying which of them is the default."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.credentials import store as credentials
from builder.credentials.rules import judge_connection
from builder.credentials.schemas import (
    ConnectionRow,
    ConnectionTakenError,
    ConnectionWanted,
    ModelConnectionError,
    UnknownConnectionError,
)
from builder.credentials.store import connections as store
from builder.db import read_clock, to_milliseconds
from builder.kit.ids import new_id
from builder.providers import DEFAULT
from builder.teams import Caller, read_teams, require


def list_connections(session: Session, caller: Caller) -> list[ConnectionRow]:
    """Every model connection that an admin wrote, by name."""
    require(caller, "connection.read", None)
    return store.list_all_connections(session)


def find_refused_connections(session: Session, caller: Caller, team: int) -> frozenset[str]:
    """The names of those that a team may not use: all others it may."""
    require(caller, "connection.use", team)
    return frozenset(row.name for row in store.list_all_connections(session) if not row.granted(team))


def read_default(session: Session, caller: Caller) -> str | None:
    """The name of the connection that an admin made the default; None: the environment decides."""
    require(caller, "connection.read", None)
    return store.read_choice(session)[1]


def find_refused_of(session: Session, team: int, names: Collection[str]) -> frozenset[str]:
    """Of the connections of some names those that a team may not use, for the checker."""
    chosen = store.read_choice(session)[1]
    asked = [chosen if name == DEFAULT and chosen else name for name in names]
    refused = {name for name, row in store.find_connections_named(session, asked).items() if not row.granted(team)}
    return frozenset(name for name in names if (chosen if name == DEFAULT and chosen else name) in refused)


def keep_connection_tried(session: Session, caller: Caller, name: str, *, ok: bool, said: str) -> None:
    """Keeps how a test went."""
    now = read_clock(session)
    values = {"tested_at": now, "test_ok": ok, "test_said": said[:1_000]}
    store.keep_connection_test(session, name, values)
    _tell(session, caller, "connection_tested", name, now, {"ok": ok})


def make_connection(
    session: Session, caller: Caller, name: str, wanted: ConnectionWanted, taken: Collection[str]
) -> int:
    """Opens a model to this installation; its id.

    Args:
        session: the caller's transaction.
        caller: who opens it.
        name: what workflows call it.
        wanted: the rest.
        taken: names that the environment has given.

    Raises:
        ModelConnectionError, ConnectionTakenError: it cannot be so.
    """
    require(caller, "connection.write", None)
    judge_connection(name, wanted)
    _expect_parts(session, wanted)
    if name in taken or store.find_connections_named(session, [name]):
        raise ConnectionTakenError(f"There is a model connection “{name}” already.", field="name")
    now = read_clock(session)
    number = new_id(to_milliseconds(now))
    values = {"id": number, "name": name, "made_by": caller.person, "made_at": now, "changed_at": now}
    store.insert_connection(session, values, wanted)
    _tell(session, caller, "connection_made", name, now, {"model": wanted.model, "region": wanted.region})
    return number


def change_connection(session: Session, caller: Caller, connection_id: int, wanted: ConnectionWanted) -> None:
    """Changes a model connection. What was proved for another model, place or region is refused from the next run on.

    Raises:
        UnknownConnectionError, ModelConnectionError: there is none, or it cannot be so.
    """
    require(caller, "connection.write", None)
    row = _expect(session, connection_id)
    judge_connection(row.name, wanted)
    _expect_parts(session, wanted)
    now = read_clock(session)
    store.update_connection(session, connection_id, {"changed_at": now, "test_ok": None, "test_said": None}, wanted)
    _tell(session, caller, "connection_changed", row.name, now, {"model": wanted.model, "region": wanted.region})


def switch_connection(session: Session, caller: Caller, connection_id: int, *, off: bool) -> None:
    """Switches a model connection off, or on again.

    Raises:
        UnknownConnectionError: there is none.
    """
    require(caller, "connection.write", None)
    row = _expect(session, connection_id)
    now = read_clock(session)
    store.update_connection(session, connection_id, {"off_at": now if off else None, "changed_at": now})
    _tell(session, caller, "connection_ended" if off else "connection_revived", row.name, now, {})


def choose_default(session: Session, caller: Caller, name: str | None, known: Collection[str]) -> None:
    """Makes a connection the default; None: the environment decides again.

    Raises:
        UnknownConnectionError: there is none of that name.
    """
    require(caller, "connection.write", None)
    if name is not None and name not in known:
        raise UnknownConnectionError(f"There is no model connection “{name[:80]}” that can be asked.")
    store.save_default(session, name)
    _tell(session, caller, "default_chosen", name or "the environment's", read_clock(session), {})


def _expect(session: Session, connection_id: int) -> ConnectionRow:
    row = store.read_connection(session, connection_id, lock=True)
    if row is None:
        raise UnknownConnectionError("There is no such model connection.")
    return row


def _expect_parts(session: Session, wanted: ConnectionWanted) -> None:
    if wanted.credential_id is not None:
        held = credentials.read_credential(session, wanted.credential_id)
        if held is None or held.kind != "api_key":
            raise ModelConnectionError("Its key is a credential of the kind api_key.", field="credential")
    if wanted.teams and wanted.teams - read_teams(session, wanted.teams).keys():
        raise ModelConnectionError("One of the teams is not here.", field="teams")


def _tell(session: Session, caller: Caller, kind: str, name: str, now: datetime, record: Mapping[str, object]) -> None:
    said = {"name": name, **record}
    append_event(session, kind, actor=caller.actor, subject=f"connection {name}", now=now, record=said)
