"""The queries of runs as such: starting, reading and telling them. Lists and keeping stand beside; the hot in `hot`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import RowMapping, Table, case, func, insert, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from builder.db import HotInsert, clock, read_clock, ring_after
from builder.engine.state import RunStatus, StepStatus
from builder.runs.schemas import STEP, Row
from builder.runs.tables import plan_table, run_table, signal_table, step_table, wait_table
from builder.sdk import JSON

run, step, wait, signal = (each.c for each in (run_table, step_table, wait_table, signal_table))

FIRST_RING = timedelta(seconds=1)
"""How long a ring may take before the sweep rings again."""


class StoredRow(NamedTuple):
    """A row of the record as it is read back."""

    row: Row
    at: datetime
    epoch: int


class Signal(NamedTuple):
    """Something a run was told from outside."""

    id: int
    kind: str
    path: str
    body: JSON


def insert_once(session: Session, table: Table, values: Mapping[str, Any]) -> bool:
    """Inserts a row unless its key is there already; whether it was inserted."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table).values(**values).on_conflict_do_nothing().returning(literal(1))
    return session.execute(statement).first() is not None


_kept: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()  # engine → plans that were found in its database


def insert_plan(session: Session, plan_hash: str, name: str, document: JSON) -> None:
    """Keeps a woven document under its hash."""
    kept = _kept.setdefault(session.get_bind(), set())
    if plan_hash in kept:
        return
    if session.scalar(select(literal(1)).where(plan_table.c.hash == plan_hash)) is not None:
        kept.add(plan_hash)
        return
    insert_once(
        session,
        plan_table,
        {"hash": plan_hash, "name": name, "document": document, "made_at": read_clock(session)},
    )


def read_plan_document(session: Session, plan_hash: str) -> JSON:
    """The woven document behind a hash."""
    return session.scalars(select(plan_table.c.document).where(plan_table.c.hash == plan_hash)).one()


_RUNS = HotInsert(run_table)


def insert_run(session: Session, values: Mapping[str, Any], now: datetime) -> None:
    """A new run, ready."""
    moments = {"made_at": now, "ready_at": now, "ring_at": now + FIRST_RING}
    _RUNS.add(session, {"status": RunStatus.READY.value, **moments, **values})


def read_run_row(session: Session, run_id: int) -> RowMapping | None:
    """One run."""
    return session.execute(select(run_table).where(run.id == run_id)).mappings().first()


def lock_run(session: Session, run_id: int) -> RowMapping | None:
    """One run, which nobody else changes until this transaction ends."""
    return session.execute(select(run_table).where(run.id == run_id).with_for_update()).mappings().first()


def read_run_rows(session: Session, limit: int, name: str | None, status: str | None) -> Sequence[RowMapping]:
    """The newest runs."""
    query = select(run_table).order_by(run.id.desc()).limit(limit)
    if name is not None:
        query = query.where(run.name == name)
    if status is not None:
        query = query.where(run.status == status)
    return session.execute(query).mappings().all()


def read_record(session: Session, run_id: int, *, outputs: bool = True) -> list[StoredRow]:
    """The whole record of a run, in order; without `outputs`, nothing that went through it is read."""
    left_out = () if outputs else ("output", "output_ref", "secret")
    columns = [literal(None).label(name) if name in left_out else step_table.c[name] for name in Row._fields]
    rows = session.execute(select(*columns, step.at, step.epoch).where(step.run_id == run_id).order_by(step.seq))
    return [StoredRow(Row._make(each[:-2]), each[-2], each[-1]) for each in rows]


def insert_rows(session: Session, run_id: int, epoch: int, rows: Sequence[Row]) -> None:
    """Adds rows to a record outside of its executor: a fork's first ones."""
    if rows:
        at = read_clock(session)
        values = [{**row._asdict(), "run_id": run_id, "epoch": epoch, "at": at} for row in rows]
        session.execute(insert(step_table), values)


def tell_run(session: Session, signal_id: int, run_id: int, told: tuple[str, str, JSON]) -> bool:
    """Tells a run something (kind, step path, body), wakes it if it waits, and rings; False when the run has ended.

    The run's row is changed first: that is the lock which parking takes too, so no wake-up is lost between them.
    """
    changed = session.execute(
        update(run_table)
        .where(run.id == run_id, run.status.not_in([each.value for each in ENDED]))
        .values(told=run.told + 1, **_ready_if_waiting(session))
        .returning(run.id)
    ).first()
    if changed is None:
        return False
    kind, path, body = told
    session.execute(
        insert(signal_table).values(
            id=signal_id, run_id=run_id, kind=kind, path=path, body=body, sent_at=read_clock(session)
        )
    )
    ring_after(session, run_id)
    return True


ENDED = (RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.REFUSED, RunStatus.CANCELLED)


def _ready_if_waiting(session: Session) -> dict[str, Any]:
    now = read_clock(session)
    waits = run.status == RunStatus.WAITING.value
    return {
        "status": case((waits, RunStatus.READY.value), else_=run.status),
        "ready_at": case((waits, literal(now, run.ready_at.type)), else_=run.ready_at),
        "ring_at": case((waits, literal(now + FIRST_RING, run.ring_at.type)), else_=run.ring_at),
    }


def ask_cancel(session: Session, run_id: int, by: str) -> bool:
    """Marks a run as to be cancelled, wakes it if it waits, and rings; False when it has ended."""
    changed = session.execute(
        update(run_table)
        .where(run.id == run_id, run.status.not_in([each.value for each in ENDED]))
        .values(
            told=run.told + 1,
            cancel_by=func.coalesce(run.cancel_by, by),
            cancel_at=func.coalesce(run.cancel_at, literal(read_clock(session), run.cancel_at.type)),
            **_ready_if_waiting(session),
        )
        .returning(run.id)
    ).first()
    if changed is not None:
        ring_after(session, run_id)
    return changed is not None


def release(session: Session, run_id: int) -> bool:
    """Makes a quarantined run ready; False when it is not quarantined."""
    now = read_clock(session)
    values = {"status": RunStatus.READY.value, "why": "", "deaths": 0, "ready_at": now, "ring_at": now + FIRST_RING}
    query = update(run_table).where(run.id == run_id, run.status == RunStatus.QUARANTINED.value)
    found = session.execute(query.values(**values).returning(run.id)).first()
    if found is not None:
        ring_after(session, run_id)
    return found is not None


def read_signals(session: Session, run_id: int) -> list[Signal]:
    """What a run was told and has not taken in, oldest first."""
    query = select(signal.id, signal.kind, signal.path, signal.body)
    found = session.execute(query.where(signal.run_id == run_id, signal.taken_at.is_(None)).order_by(signal.id))
    return [Signal._make(each) for each in found]


def take_signals(session: Session, ids: Sequence[int]) -> None:
    """Marks signals as taken in."""
    session.execute(update(signal_table).where(signal.id.in_(ids)).values(taken_at=clock()))


def read_told(session: Session, run_id: int) -> tuple[int, str | None] | None:
    """How often a run was told something, and who asked to cancel it."""
    found = session.execute(select(run.told, run.cancel_by).where(run.id == run_id)).first()
    return None if found is None else (found[0], found[1])


# ------------------------------------------------------------------ waits


def open_wait(session: Session, values: Mapping[str, Any]) -> None:
    """A step begins to wait for people."""
    session.execute(insert(wait_table).values(open=True, opened_at=read_clock(session), **values))


def close_wait(session: Session, run_id: int, path: str, kind: str | None, by: str) -> int | None:
    """Closes the open wait of a step; None when there is none, which is how a second answer is told from the first."""
    query = update(wait_table).where(wait.run_id == run_id, wait.path == path, wait.open.is_(True))
    if kind is not None:
        query = query.where(wait.kind == kind)
    found = session.execute(query.values(open=False, closed_at=clock(), closed_by=by).returning(wait.token)).first()
    return None if found is None else int(found[0])


def close_waits(session: Session, run_id: int, by: str) -> None:
    """Closes whatever still waits in a run that has ended."""
    session.execute(
        update(wait_table)
        .where(wait.run_id == run_id, wait.open.is_(True))
        .values(open=False, closed_at=clock(), closed_by=by)
    )


def read_waits(session: Session, run_id: int) -> Sequence[RowMapping]:
    """The open waits of a run."""
    query = select(wait_table).where(wait.run_id == run_id, wait.open.is_(True)).order_by(wait.token)
    return session.execute(query).mappings().all()


def read_tokens(session: Session, run_id: int) -> Mapping[str, int]:
    """For each step of a run that asked people, the token of its last question, answered or not."""
    query = select(wait.path, func.max(wait.token)).where(wait.run_id == run_id, wait.kind == "ask").group_by(wait.path)
    return {found[0]: found[1] for found in session.execute(query)}


def read_ends(session: Session, run_id: int) -> tuple[tuple[str | None, str | None], tuple[str | None, str | None]]:
    """What a run was given and gave, each as inline text and payload key."""
    found = session.execute(select(run.input, run.input_ref, run.result, run.result_ref).where(run.id == run_id)).one()
    return (found[0], found[1]), (found[2], found[3])


def read_given(session: Session, run_id: int) -> str | None:
    """What a run was started with beside its input, as JSON text."""
    found: str | None = session.scalars(select(run.given).where(run.id == run_id)).one()
    return found


def read_output(session: Session, run_id: int, path: str) -> tuple[str | None, str | None]:
    """What a step gave last: inline text and payload key."""
    mine = (step.run_id == run_id, step.path == path, step.kind == STEP)
    query = select(step.output, step.output_ref).where(*mine).order_by(step.seq.desc()).limit(1)
    found = session.execute(query).one()
    return found[0], found[1]


def read_last_output(session: Session, run_id: int, path: str) -> tuple[str | None, str | None] | None:
    """What a step gave when it last succeeded in a live run of the same workflow: inline text and payload key."""
    name, workflow = session.execute(select(run.name, run.workflow_id).where(run.id == run_id)).one()
    same = (run.name == name, run.workflow_id.is_(None)) if workflow is None else (run.workflow_id == workflow,)
    query = (
        select(step.output, step.output_ref)
        .join(run_table, run.id == step.run_id)
        .where(*same, run.mode == "live", run.emptied_at.is_(None), step.path == path, step.kind == STEP)
        .where(step.status == StepStatus.SUCCEEDED.value)
        .order_by(run.id.desc(), step.seq.desc())
        .limit(1)
    )
    found = session.execute(query).first()
    return None if found is None else (found[0], found[1])


def read_decisions(session: Session, run_id: int, kind: str, since: datetime) -> list[tuple[str, JSON, JSON]]:
    """The decisions made in a run since a moment: step path, question, and the signal's body; the last of each path."""
    query = (
        select(signal.path, wait.question, signal.body)
        .join(wait_table, (wait.run_id == signal.run_id) & (wait.path == signal.path) & wait.open.is_(False))
        .where(signal.run_id == run_id, signal.kind == kind, signal.taken_at.is_not(None), signal.sent_at >= since)
        .order_by(signal.id)
    )
    return [(each[0], each[1], each[2]) for each in session.execute(query)]
