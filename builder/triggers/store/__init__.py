"""Every query of triggers and their schedules."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from builder.db import from_milliseconds, to_milliseconds
from builder.engine.schedule import Timing
from builder.triggers.schemas import Armed, Fire, Key, Outcome, Span, Trigger
from builder.triggers.tables import fire_table, schedule_table, trigger_key_table, trigger_table

trigger = trigger_table.c
known = trigger_key_table.c
schedule = schedule_table.c
fire = fire_table.c


def insert_trigger(session: Session, values: Mapping[str, Any]) -> None:
    """Keeps a new trigger."""
    session.execute(insert(trigger_table).values(**values))


def read_trigger_row(session: Session, trigger_id: int, *, lock: bool = False, wait: bool = True) -> Trigger | None:
    """One trigger; with `lock`, nobody else changes it until this transaction ends. Without `wait`, one that somebody
    else is just changing is not there.
    """
    query = select(trigger_table).where(trigger.id == trigger_id)
    row = session.execute(query.with_for_update(skip_locked=not wait) if lock else query).first()
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
    """Takes a trigger away, with its keys, its schedule and its log."""
    session.execute(delete(schedule_table).where(schedule.trigger_id == trigger_id))
    session.execute(delete(fire_table).where(fire.trigger_id == trigger_id))
    session.execute(delete(trigger_key_table).where(known.trigger_id == trigger_id))
    session.execute(delete(trigger_table).where(trigger.id == trigger_id))


# ---------------------------------------------------------------- keys


_CLAIM = {
    name: dialect.insert(trigger_key_table).on_conflict_do_nothing().returning(literal(1))
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}
_NAME = (
    update(trigger_key_table)
    .where(known.trigger_id == bindparam("of"), known.key == bindparam("text"))
    .values(run_id=bindparam("run"))
)


def claim_key(session: Session, trigger_id: int, key: Key, now: datetime) -> bool:
    """Keeps a key unless it is there already; whether it was new. Waits for whoever is just keeping the same."""
    values = {"trigger_id": trigger_id, "key": key.text, "body_hash": key.body_hash, "at": now, "run_id": None}
    return session.execute(_CLAIM[session.get_bind().dialect.name], values).first() is not None


def read_key(session: Session, trigger_id: int, text: str) -> tuple[str, int | None]:
    """What came with a key that is kept, as its hash, and the run that it started."""
    query = select(known.body_hash, known.run_id).where(known.trigger_id == trigger_id, known.key == text)
    row = session.execute(query).one()
    return row.body_hash, row.run_id


def name_run_of_key(session: Session, trigger_id: int, text: str, run_id: int) -> None:
    """Remembers which run a key started."""
    session.connection().execute(_NAME, {"of": trigger_id, "text": text, "run": run_id})


# ---------------------------------------------------------------- schedules


def read_armed(session: Session, trigger_id: int) -> Armed | None:
    """When a schedule is due."""
    row = session.execute(select(schedule_table).where(schedule.trigger_id == trigger_id)).first()
    if row is None:
        return None
    spans = tuple(Span(Timing(cron, zone), None if until is None else from_milliseconds(until))
                  for cron, zone, until in row.spans)  # fmt: skip
    return Armed(row.trigger_id, row.next_due, spans)


def save_armed(session: Session, armed: Armed) -> None:
    """Keeps when a schedule is due."""
    spans = [[each.timing.cron, each.timing.zone, None if each.until is None else to_milliseconds(each.until)]
             for each in armed.spans]  # fmt: skip
    values = {"next_due": armed.next_due, "spans": spans, "hold_until": None}
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(schedule_table).values(trigger_id=armed.trigger_id, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["trigger_id"], set_=values))


def hold_schedule(session: Session, trigger_id: int, until: datetime) -> None:
    """Leaves a schedule alone until a moment."""
    session.execute(update(schedule_table).where(schedule.trigger_id == trigger_id).values(hold_until=until))


def read_next_dues(session: Session, trigger_ids: Collection[int]) -> Mapping[int, datetime | None]:
    """When some schedules are due next."""
    query = select(schedule.trigger_id, schedule.next_due).where(schedule.trigger_id.in_(sorted(trigger_ids)))
    return {row.trigger_id: row.next_due for row in session.execute(query)}


def find_due(session: Session, now: datetime, limit: int) -> list[int]:
    """The triggers of schedules whose time has come, the longest due first."""
    rested = or_(schedule.hold_until.is_(None), schedule.hold_until <= now)
    query = select(schedule.trigger_id).where(schedule.next_due <= now, rested).order_by(schedule.next_due)
    return list(session.scalars(query.limit(limit)))


def find_first_due(session: Session) -> datetime | None:
    """When the first of all schedules is due that are not left alone for a while."""
    query = select(schedule.next_due).where(schedule.next_due.is_not(None), schedule.hold_until.is_(None))
    return session.scalars(query.order_by(schedule.next_due).limit(1)).first()


def insert_fire(session: Session, made: Fire) -> bool:
    """Keeps what becomes of a due time, unless that is known already; whether it was not."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    values = {name: getattr(made, name) for name in Fire.__slots__}
    statement = dialect.insert(fire_table).values({**values, "outcome": made.outcome.value})
    return session.execute(statement.on_conflict_do_nothing().returning(literal(1))).first() is not None


def update_fire(session: Session, trigger_id: int, due: datetime, outcome: Outcome, **values: Any) -> None:
    """Changes what became of a due time."""
    chosen = update(fire_table).where(fire.trigger_id == trigger_id, fire.due == due)
    session.execute(chosen.values(outcome=outcome.value, **values))


def read_waiting(session: Session, trigger_id: int) -> list[Fire]:
    """The due times of a schedule that wait for the run before, the first first."""
    query = select(fire_table).where(fire.trigger_id == trigger_id, fire.outcome == Outcome.WAITING.value)
    return [_fire_of(row) for row in session.execute(query.order_by(fire.due))]


def find_waiting(session: Session, limit: int) -> Sequence[int]:
    """The triggers of which some due time waits."""
    query = select(fire.trigger_id).where(fire.outcome == Outcome.WAITING.value).distinct().limit(limit)
    return list(session.scalars(query))


def list_fire_rows(session: Session, trigger_id: int, before: datetime | None, limit: int) -> list[Fire]:
    """What became of a schedule's due times, the newest first."""
    query = select(fire_table).where(fire.trigger_id == trigger_id)
    if before is not None:
        query = query.where(fire.due < before)
    return [_fire_of(row) for row in session.execute(query.order_by(fire.due.desc()).limit(limit))]


def delete_fires(session: Session, before: datetime) -> None:
    """Forgets old due times that wait for nothing."""
    session.execute(delete(fire_table).where(fire.at < before, fire.outcome != Outcome.WAITING.value))


def _fire_of(row: Any) -> Fire:
    return Fire(**{**row._mapping, "outcome": Outcome(row.outcome)})
