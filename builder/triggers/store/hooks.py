"""The queries of webhooks: their addresses, secrets, and the log of what arrived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from builder.db import Moment, clock, to_milliseconds
from builder.kit.ids import new_id
from builder.triggers.schemas import Trigger
from builder.triggers.tables import delivery_table, hook_secret_table, hook_table, trigger_key_table, trigger_table

trigger, hook, held, arrived = trigger_table.c, hook_table.c, hook_secret_table.c, delivery_table.c
_HOOK = (hook.key_sealed, hook.unsigned_by, hook.unsigned_at, hook.listens_since)
_LISTED = (
    *(column for column in delivery_table.c if column.name != "sealed"),
    arrived.sealed.is_not(None).label("kept"),
)
_FIND_HOOK = (
    select(trigger_table, *_HOOK, clock().label("now"))
    .join(hook_table, hook.trigger_id == trigger.id)
    .where(hook.key_hash == bindparam("key_hash"))
)
_HOLDS = or_(held.ends_at.is_(None), held.ends_at > bindparam("now", type_=Moment))
_HELD = select(hook_secret_table).where(held.trigger_id == bindparam("of"), _HOLDS).order_by(held.id.desc())
_INSERT_DELIVERY = insert(delivery_table)  # with its values as parameters: building it costs more than sending it


def insert_hook(session: Session, trigger_id: int, key_hash: str, key_sealed: bytes) -> None:
    """Gives a webhook its address."""
    values = {"trigger_id": trigger_id, "key_hash": key_hash, "key_sealed": key_sealed}
    session.execute(insert(hook_table).values(**values))


def read_hook_by_key(session: Session, key_hash: str) -> tuple[Trigger, Any] | None:
    """The webhook behind an address, its trigger and its own row, with the database's present; None: there is none."""
    row = session.execute(_FIND_HOOK, {"key_hash": key_hash}).one_or_none()
    if row is None:
        return None
    return Trigger(**{column.name: row._mapping[column] for column in trigger_table.c}), row


def read_hook(session: Session, trigger_id: int) -> Any | None:
    """What a webhook has beside its trigger; None while it has no address."""
    return session.execute(select(hook_table).where(hook.trigger_id == trigger_id)).one_or_none()


def update_hook(session: Session, trigger_id: int, values: Mapping[str, Any]) -> None:
    """Changes what a webhook has beside its trigger."""
    session.execute(update(hook_table).where(hook.trigger_id == trigger_id).values(**values))


def delete_hook(session: Session, trigger_id: int) -> None:
    """Takes away address, secrets and log of a webhook."""
    for table in (hook_secret_table, delivery_table, hook_table):
        session.execute(delete(table).where(table.c.trigger_id == trigger_id))


# ---------------------------------------------------------------- secrets


def insert_secret(session: Session, values: Mapping[str, Any]) -> None:
    """Keeps a sealed secret."""
    session.execute(insert(hook_secret_table).values(**values))


def list_secrets(session: Session, trigger_id: int, now: datetime) -> Sequence[Any]:
    """The secrets of a webhook that hold, the newest first."""
    return session.execute(_HELD, {"of": trigger_id, "now": now}).all()


def end_secrets(session: Session, trigger_id: int, ends_at: datetime, only: int | None = None) -> list[int]:
    """Lets secrets of a webhook end at a moment, if they would hold longer: all, or one; which."""
    longer = and_(held.trigger_id == trigger_id, or_(held.ends_at.is_(None), held.ends_at > ends_at))
    statement = update(hook_secret_table).where(longer)
    if only is not None:
        statement = statement.where(held.id == only)
    return list(session.scalars(statement.values(ends_at=ends_at).returning(held.id)))


def delete_old_secrets(session: Session, now: datetime) -> None:
    """Forgets secrets that no longer hold."""
    session.execute(delete(hook_secret_table).where(held.ends_at <= now))


# ---------------------------------------------------------------- deliveries


def insert_delivery(session: Session, values: Mapping[str, Any], now: datetime) -> int:
    """Writes down what arrived, and what became of it; its id."""
    number = values.get("id") or new_id(to_milliseconds(now))
    session.execute(_INSERT_DELIVERY, {"reason": "", "sentence": "", "key": "", "run_id": None, "replay_of": None,
                                       "more": 0, "sealed": None, **values, "id": number, "at": now})  # fmt: skip
    return number


def list_deliveries_of(
    session: Session, trigger_id: int, states: Sequence[str], before: int | None, limit: int
) -> Sequence[Any]:
    """What arrived at a webhook, the newest first, without what was in it."""
    query = select(*_LISTED).where(arrived.trigger_id == trigger_id)
    if states:
        query = query.where(arrived.state.in_(states))
    if before is not None:
        query = query.where(arrived.id < before)
    return session.execute(query.order_by(arrived.id.desc()).limit(limit)).all()


def read_delivery(session: Session, delivery_id: int) -> Any | None:
    """One delivery, with what was in it, sealed."""
    return session.execute(select(delivery_table).where(arrived.id == delivery_id)).one_or_none()


def read_newest_full(session: Session, trigger_id: int, since: datetime, states: Sequence[str]) -> Any | None:
    """The newest delivery since a moment that still holds what arrived."""
    full = and_(arrived.trigger_id == trigger_id, arrived.at >= since, arrived.sealed.is_not(None))
    query = select(delivery_table).where(full, arrived.state.in_(states)).order_by(arrived.id.desc()).limit(1)
    return session.execute(query).one_or_none()


def empty_deliveries_before(session: Session, before: datetime, now: datetime, limit: int) -> int:
    """Deletes what some old deliveries held, and those that started nothing altogether; how many."""
    old = select(arrived.id).where(arrived.emptied_at.is_(None), arrived.at < before).order_by(arrived.at).limit(limit)
    chosen = list(session.scalars(old))
    mine = arrived.id.in_(chosen)
    session.execute(delete(delivery_table).where(mine, arrived.run_id.is_(None)))
    session.execute(update(delivery_table).where(mine).values(sealed=None, emptied_at=now))
    return len(chosen)


def delete_keys_before(session: Session, before: datetime) -> None:
    """Forgets keys that came long ago."""
    session.execute(delete(trigger_key_table).where(trigger_key_table.c.at < before))
