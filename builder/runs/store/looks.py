"""The queries of looks inside runs."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from builder.runs.schemas import Look
from builder.runs.tables import run_look_table

look = run_look_table.c


def insert_look(session: Session, new: Look) -> None:
    """Keeps that somebody looks inside a run."""
    session.execute(insert(run_look_table).values(**asdict(new)))


def find_looked(session: Session, person_id: int, now: datetime) -> frozenset[int]:
    """The runs inside which a person looks at a moment."""
    query = select(look.run_id).where(look.person_id == person_id, look.until > now)
    return frozenset(session.scalars(query))


def read_open_look(session: Session, run_id: int, person_id: int, now: datetime) -> Look | None:
    """The look of a person inside a run that is not over at a moment."""
    mine = (look.person_id == person_id, look.until > now, look.run_id == run_id)
    row = session.execute(select(run_look_table).where(*mine).order_by(look.id.desc()).limit(1)).mappings().first()
    return None if row is None else Look(**row)


def read_looks(session: Session, run_id: int, limit: int) -> list[Look]:
    """Who looked inside a run, the last first."""
    query = select(run_look_table).where(look.run_id == run_id).order_by(look.id.desc()).limit(limit)
    return [Look(**row) for row in session.execute(query).mappings()]
