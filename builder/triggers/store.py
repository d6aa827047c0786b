"""Every query of triggers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from builder.triggers.schemas import Key, Trigger
from builder.triggers.tables import trigger_key_table, trigger_table

trigger = trigger_table.c
known = trigger_key_table.c


def insert_trigger(session: Session, values: Mapping[str, Any]) -> None:
    """Keeps a new trigger."""
    session.execute(insert(trigger_table).values(**values))


def read_trigger_row(session: Session, trigger_id: int, *, lock: bool = False) -> Trigger | None:
    """One trigger; with `lock`, nobody else changes it until this transaction ends."""
    query = select(trigger_table).where(trigger.id == trigger_id)
    row = session.execute(query.with_for_update() if lock else query).first()
    return None if row is None else Trigger(**row._mapping)


def list_trigger_rows(session: Session, workflow_id: int) -> list[Trigger]:
    """The triggers of a workflow, in the order in which they were made."""
    query = select(trigger_table).where(trigger.workflow_id == workflow_id).order_by(trigger.id)
    return [Trigger(**row._mapping) for row in session.execute(query)]


def count_triggers(session: Session, workflow_id: int) -> int:
    """How many triggers a workflow has."""
    return session.scalar(select(func.count()).where(trigger.workflow_id == workflow_id)) or 0


def update_trigger(session: Session, trigger_id: int, values: Mapping[str, Any]) -> None:
    """Changes a trigger."""
    session.execute(update(trigger_table).where(trigger.id == trigger_id).values(**values))


def delete_trigger_row(session: Session, trigger_id: int) -> None:
    """Takes a trigger away, with its keys."""
    session.execute(delete(trigger_key_table).where(known.trigger_id == trigger_id))
    session.execute(delete(trigger_table).where(trigger.id == trigger_id))


# ---------------------------------------------------------------- keys


def claim_key(session: Session, trigger_id: int, key: Key, now: datetime) -> bool:
    """Keeps a key unless it is there already; whether it was new. Waits for whoever is just keeping the same."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    values = {"trigger_id": trigger_id, "key": key.text, "body_hash": key.body_hash, "at": now}
    statement = dialect.insert(trigger_key_table).values(**values).on_conflict_do_nothing().returning(literal(1))
    return session.execute(statement).first() is not None


def read_key(session: Session, trigger_id: int, text: str) -> tuple[str, int | None]:
    """What came with a key that is kept, as its hash, and the run that it started."""
    query = select(known.body_hash, known.run_id).where(known.trigger_id == trigger_id, known.key == text)
    row = session.execute(query).one()
    return row.body_hash, row.run_id


def name_run_of_key(session: Session, trigger_id: int, text: str, run_id: int) -> None:
    """Remembers which run a key started."""
    chosen = update(trigger_key_table).where(known.trigger_id == trigger_id, known.key == text)
    session.execute(chosen.values(run_id=run_id))
