"""Every query of credentials."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from builder.credentials.schemas import CredentialRow, UseRow
from builder.credentials.tables import (
    credential_secret_table,
    credential_table,
    credential_team_table,
    credential_use_table,
)

credential = credential_table.c
secret = credential_secret_table.c
grant = credential_team_table.c
use = credential_use_table.c


def insert_credential(session: Session, values: Mapping[str, Any]) -> None:
    """Keeps a new credential, without what it holds."""
    session.execute(insert(credential_table).values(**values))


def update_credential(session: Session, credential_id: int, values: Mapping[str, Any]) -> None:
    """Changes what is said of a credential."""
    session.execute(update(credential_table).where(credential.id == credential_id).values(**values))


def insert_secret(session: Session, values: Mapping[str, Any]) -> None:
    """Keeps a version, sealed."""
    session.execute(insert(credential_secret_table).values(**values))


def empty_secrets(session: Session, credential_id: int, before: int) -> None:
    """Forgets what earlier versions held."""
    chosen = update(credential_secret_table).where(secret.credential_id == credential_id, secret.number < before)
    session.execute(chosen.values(sealed=None, wrapped=None))


def read_secret(session: Session, credential_id: int, number: int) -> tuple[bytes, bytes, str] | None:
    """A version as it is sealed, its wrapped key, and what wrapped it."""
    chosen = select(secret.sealed, secret.wrapped, secret.wrapped_by).where(
        secret.credential_id == credential_id, secret.number == number, secret.sealed.is_not(None)
    )
    row = session.execute(chosen).first()
    return None if row is None else (bytes(row.sealed), bytes(row.wrapped), row.wrapped_by)


def read_versions(session: Session, credential_id: int) -> list[tuple[int, str, datetime]]:
    """Number, maker and moment of every version, the newest first."""
    chosen = select(secret.number, secret.made_by, secret.made_at).where(secret.credential_id == credential_id)
    return [tuple(row) for row in session.execute(chosen.order_by(secret.number.desc()))]


def list_other_wraps(session: Session, name: str) -> list[tuple[int, int, bytes, str]]:
    """Every version that is not wrapped by the key of this name: credential, number, wrapped key, what wrapped it."""
    chosen = select(secret.credential_id, secret.number, secret.wrapped, secret.wrapped_by).where(
        secret.wrapped_by != name, secret.wrapped.is_not(None)
    )
    rows = session.execute(chosen.order_by(secret.credential_id, secret.number).with_for_update())
    return [(row.credential_id, row.number, bytes(row.wrapped), row.wrapped_by) for row in rows]


def count_foreign_wraps(session: Session, names: Collection[str]) -> int:
    """How many versions are wrapped by none of the keys of these names."""
    chosen = select(func.count()).where(secret.wrapped_by.not_in(names), secret.wrapped.is_not(None))
    return session.scalar(chosen) or 0


def update_wrap(session: Session, credential_id: int, number: int, wrapped: bytes, name: str) -> None:
    """Puts another wrapping around a version's key."""
    chosen = update(credential_secret_table).where(secret.credential_id == credential_id, secret.number == number)
    session.execute(chosen.values(wrapped=wrapped, wrapped_by=name))


def save_teams(session: Session, credential_id: int, teams: Iterable[int]) -> None:
    """Which teams may use a credential, instead of those before."""
    session.execute(delete(credential_team_table).where(grant.credential_id == credential_id))
    rows = [{"credential_id": credential_id, "team_id": team} for team in sorted(set(teams))]
    if rows:
        session.execute(insert(credential_team_table), rows)


def read_credential(session: Session, credential_id: int, *, lock: bool = False) -> CredentialRow | None:
    """One credential; with `lock`, nobody else changes it until this transaction ends."""
    chosen = select(credential_table).where(credential.id == credential_id)
    return _first(session, chosen.with_for_update() if lock else chosen)


def find_credential_named(session: Session, name: str) -> CredentialRow | None:
    """The credential of a name."""
    return _first(session, select(credential_table).where(credential.name == name))


def find_credentials_named(session: Session, names: Collection[str]) -> dict[str, CredentialRow]:
    """The credentials of some names, by name."""
    if not names:
        return {}
    return {each.name: each for each in _all(session, select(credential_table).where(credential.name.in_(names)))}


def list_all_credentials(session: Session) -> list[CredentialRow]:
    """Every credential, by name."""
    return _all(session, select(credential_table).order_by(credential.name))


def list_credentials_of(session: Session, team_id: int) -> list[CredentialRow]:
    """Those that a team may use, by name."""
    own = select(grant.credential_id).where(grant.team_id == team_id)
    chosen = select(credential_table).where(or_(credential.all_teams, credential.id.in_(own)))
    return _all(session, chosen.order_by(credential.name))


def _first(session: Session, chosen: Select[Any]) -> CredentialRow | None:
    return next(iter(_all(session, chosen)), None)


def _all(session: Session, chosen: Select[Any]) -> list[CredentialRow]:
    rows = session.execute(chosen).all()
    teams: dict[int, set[int]] = {}
    if rows:
        grants = select(grant.credential_id, grant.team_id).where(grant.credential_id.in_([row.id for row in rows]))
        for number, team in session.execute(grants):
            teams.setdefault(number, set()).add(team)
    return [
        CredentialRow(
            row.id, row.name, row.kind, row.note, row.version, row.shown, tuple(row.hosts), tuple(row.types),
            row.all_teams, row.ends_at, row.off_at, row.made_by, row.made_at, row.changed_at, row.tested_at,
            row.test_ok, row.test_said, frozenset(teams.get(row.id, ())),
        )
        for row in rows
    ]  # fmt: skip


def insert_use(session: Session, values: Mapping[str, Any]) -> None:
    """Notes that a credential was used."""
    session.execute(insert(credential_use_table).values(**values))


def list_uses(session: Session, credential_id: int, before: int | None, limit: int) -> list[UseRow]:
    """Uses of a credential, the newest first."""
    chosen = select(credential_use_table).where(use.credential_id == credential_id)
    if before is not None:
        chosen = chosen.where(use.id < before)
    return [UseRow(**row._mapping) for row in session.execute(chosen.order_by(use.id.desc()).limit(limit))]
