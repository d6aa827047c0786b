"""Every query of model connections. Each change raises the revision, by which every process sees that there was one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from builder.credentials.schemas import ConnectionRow, ConnectionWanted
from builder.credentials.tables import connection_team_table, model_choice_table, model_connection_table

connection = model_connection_table.c
grant = connection_team_table.c
choice = model_choice_table.c

_SAID = ("provider", "model", "base_url", "hosted", "region", "price_in", "price_out", "max_concurrency", "timeout",
         "credential_id")  # fmt: skip


def raise_revision(session: Session) -> None:
    """Says to every process that something changed."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    first = dialect.insert(model_choice_table).values(id=1, revision=0).on_conflict_do_nothing()
    session.execute(first)
    session.execute(update(model_choice_table).where(choice.id == 1).values(revision=choice.revision + 1))


def read_choice(session: Session) -> tuple[int, str | None]:
    """The revision, and the name of the connection that an admin made the default."""
    row = session.execute(select(choice.revision, choice.default_name)).first()
    return (0, None) if row is None else (row.revision, row.default_name)


def save_default(session: Session, name: str | None) -> None:
    """Makes a connection the default."""
    raise_revision(session)
    session.execute(update(model_choice_table).where(choice.id == 1).values(default_name=name))


def insert_connection(session: Session, values: Mapping[str, Any], wanted: ConnectionWanted) -> None:
    """Keeps a new connection."""
    session.execute(insert(model_connection_table).values(**values, **_said(wanted)))
    _save_teams(session, values["id"], wanted.teams or ())
    raise_revision(session)


def update_connection(
    session: Session, connection_id: int, values: Mapping[str, Any], wanted: ConnectionWanted | None = None
) -> None:
    """Changes a connection."""
    said = {} if wanted is None else _said(wanted)
    chosen = update(model_connection_table).where(connection.id == connection_id)
    session.execute(chosen.values(**values, **said))
    if wanted is not None:
        _save_teams(session, connection_id, wanted.teams or ())
    raise_revision(session)


def keep_connection_test(session: Session, name: str, values: Mapping[str, Any]) -> None:
    """Keeps how a test went, which changes nothing for anybody."""
    session.execute(update(model_connection_table).where(connection.name == name).values(**values))


def _said(wanted: ConnectionWanted) -> dict[str, Any]:
    record = asdict(wanted)
    return {name: record[name] for name in _SAID} | {"all_teams": wanted.teams is None}


def _save_teams(session: Session, connection_id: int, teams: Iterable[int]) -> None:
    session.execute(delete(connection_team_table).where(grant.connection_id == connection_id))
    rows = [{"connection_id": connection_id, "team_id": team} for team in sorted(set(teams))]
    if rows:
        session.execute(insert(connection_team_table), rows)


def read_connection(session: Session, connection_id: int, *, lock: bool = False) -> ConnectionRow | None:
    """One connection."""
    chosen = select(model_connection_table).where(connection.id == connection_id)
    return next(iter(_all(session, chosen.with_for_update() if lock else chosen)), None)


def list_all_connections(session: Session) -> list[ConnectionRow]:
    """Every connection that an admin wrote, by name."""
    return _all(session, select(model_connection_table).order_by(connection.name))


def find_connections_named(session: Session, names: Collection[str]) -> dict[str, ConnectionRow]:
    """Those of some names, by name."""
    chosen = select(model_connection_table).where(connection.name.in_(names))
    return {each.name: each for each in _all(session, chosen)} if names else {}


def list_connections_with(session: Session, credential_id: int) -> list[ConnectionRow]:
    """Those whose key a credential holds."""
    return _all(session, select(model_connection_table).where(connection.credential_id == credential_id))


def _all(session: Session, chosen: Select[Any]) -> list[ConnectionRow]:
    rows = session.execute(chosen).all()
    teams: dict[int, set[int]] = {}
    if rows:
        grants = select(grant.connection_id, grant.team_id).where(grant.connection_id.in_([row.id for row in rows]))
        for number, team in session.execute(grants):
            teams.setdefault(number, set()).add(team)
    return [
        ConnectionRow(
            row.id, row.name,
            ConnectionWanted(
                **{name: getattr(row, name) for name in _SAID},
                teams=None if row.all_teams else frozenset(teams.get(row.id, ())),
            ),
            row.off_at, row.made_by, row.made_at, row.changed_at, row.tested_at, row.test_ok, row.test_said,
        )
        for row in rows
    ]  # fmt: skip
