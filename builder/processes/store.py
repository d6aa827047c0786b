"""Every query of processes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from builder.db import read_clock
from builder.processes.schemas import Process
from builder.processes.tables import process_table

process = process_table.c


def save_process(session: Session, one: Process) -> None:
    """Keeps what a process says of itself, as of now."""
    now = read_clock(session)
    seen = update(process_table).where(process.id == one.id).values(seen_at=now).returning(process.id)
    if session.execute(seen).first() is None:
        values = {name: getattr(one, name) for name in Process.__dataclass_fields__}
        session.execute(insert(process_table).values(**values, started_at=now, seen_at=now))


def delete_process(session: Session, process_id: str) -> None:
    """Takes one away."""
    session.execute(delete(process_table).where(process.id == process_id))


def delete_unseen(session: Session, before: datetime) -> None:
    """Takes away who was not seen since a moment."""
    session.execute(delete(process_table).where(process.seen_at < before))


def read_processes(session: Session, since: datetime) -> Sequence[Process]:
    """Who was seen since a moment, the oldest first."""
    columns = [process[name] for name in Process.__dataclass_fields__]
    query = select(*columns).where(process.seen_at >= since).order_by(process.started_at, process.id)
    return [Process(*row) for row in session.execute(query)]
