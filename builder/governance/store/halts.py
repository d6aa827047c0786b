"""The queries of halts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.orm import Session

from builder.db import read_clock
from builder.governance.schemas import Halt, HaltScope
from builder.governance.tables import halt_table

halt = halt_table.c


def insert_halt(session: Session, made: Halt) -> None:
    """Keeps a new halt."""
    values: dict[str, Any] = {"id": made.id, "scope": made.scope.value, "about": made.about, "because": made.because}
    values |= {"until": made.until, "made_by": made.made_by, "made_at": made.made_at}
    session.execute(insert(halt_table).values(**values))


def end_halt(session: Session, halt_id: int, lifted_by: str, now: datetime) -> bool:
    """Lifts one; False when it stands no more."""
    query = update(halt_table).where(halt.id == halt_id, *_stands(now)).values(lifted_by=lifted_by, lifted_at=now)
    return session.execute(query.returning(halt.id)).first() is not None


def read_halt(session: Session, halt_id: int) -> Halt | None:
    """One halt."""
    row = session.execute(select(halt_table).where(halt.id == halt_id)).first()
    return None if row is None else _halt_of(row)


def find_halts(session: Session, halt_ids: Collection[int]) -> list[Halt]:
    """Those with these ids."""
    return [_halt_of(row) for row in session.execute(select(halt_table).where(halt.id.in_(halt_ids)))]


def list_all_halts(session: Session, limit: int) -> list[Halt]:
    """The newest halts, the newest first."""
    return [_halt_of(row) for row in session.execute(select(halt_table).order_by(halt.id.desc()).limit(limit))]


def list_standing_halts(session: Session) -> list[Halt]:
    """Those that stop something now, the first made first."""
    query = select(halt_table).where(*_stands(read_clock(session))).order_by(halt.id)
    return [_halt_of(row) for row in session.execute(query)]


def count_standing(session: Session) -> int:
    """How many stop something now."""
    query = select(func.count()).select_from(halt_table).where(*_stands(read_clock(session)))
    return session.scalar(query) or 0


def _stands(now: datetime) -> tuple[Any, ...]:
    return halt.lifted_at.is_(None), or_(halt.until.is_(None), halt.until > now)


def _halt_of(row: Any) -> Halt:
    return Halt(
        row.id, HaltScope(row.scope), row.about, row.because, row.until, row.made_by, row.made_at, row.lifted_by,
        row.lifted_at,
    )  # fmt: skip
