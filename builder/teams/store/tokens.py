"""The queries of API tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, insert, select, update
from sqlalchemy.orm import Session

from builder.db import clock, to_milliseconds
from builder.kit.ids import new_id
from builder.teams.tables import person_table, team_table, token_table

token, person, team = token_table.c, person_table.c, team_table.c


def insert_token(session: Session, values: Mapping[str, Any], now: datetime) -> int:
    """Keeps a token; its id."""
    number = new_id(to_milliseconds(now))
    session.execute(insert(token_table).values(id=number, made_at=now, **values))
    return number


def read_token(session: Session, token_hash: str) -> Any | None:
    """A token by its hash while it holds, with its person and the database's present; None when none does."""
    query = select(
        token.id, token.person_id, token.permissions, token.team_id, token.seen_at, person.name, person.email,
        clock().label("now"),
    ).join(person_table, person.id == token.person_id)  # fmt: skip
    holds = and_(
        token.token_hash == token_hash, token.ended_at.is_(None), token.ends_at > clock(), person.closed_at.is_(None)
    )
    return session.execute(query.where(holds)).one_or_none()


def read_token_row(session: Session, token_id: int) -> Any | None:
    """A token by its id, whether it holds or not."""
    return session.execute(select(token_table).where(token.id == token_id)).one_or_none()


def find_tokens(session: Session, person_id: int | None, before: int | None, limit: int) -> Sequence[Any]:
    """Tokens of a person, or of everybody, the newest first, with whose they are and the name of their team."""
    query = (
        select(token_table, person.name.label("person"), person.email, team.name.label("team"))
        .join(person_table, person.id == token.person_id)
        .outerjoin(team_table, team.id == token.team_id)
    )
    if person_id is not None:
        query = query.where(token.person_id == person_id)
    if before is not None:
        query = query.where(token.id < before)
    return session.execute(query.order_by(token.id.desc()).limit(limit)).all()


def count_tokens(session: Session, person_id: int, now: datetime) -> int:
    """How many tokens of a person hold."""
    holds = and_(token.person_id == person_id, token.ended_at.is_(None), token.ends_at > now)
    return session.scalar(select(func.count()).select_from(token_table).where(holds)) or 0


def save_token_seen(session: Session, token_id: int, address: str, now: datetime) -> None:
    """Remembers that a token was used, and from where."""
    session.execute(update(token_table).where(token.id == token_id).values(seen_at=now, seen_from=address))


def save_token_ended(
    session: Session, by: str, now: datetime, *, token_id: int | None = None, person_id: int | None = None
) -> int:
    """Ends one token, or all of a person; how many held until now."""
    statement = update(token_table).where(token.ended_at.is_(None), token.ends_at > now)
    statement = statement.where(token.id == token_id if token_id is not None else token.person_id == person_id)
    return len(session.execute(statement.values(ended_at=now, ended_by=by).returning(token.id)).all())
