"""The queries of keeping: workers and their leases, rings that were lost, timers, and runs whose worker died."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from builder.db import read_clock, ring_after
from builder.engine.state import FINAL_STEPS, RunStatus
from builder.runs.schemas import STEP
from builder.runs.store import FIRST_RING
from builder.runs.tables import run_table, step_table, worker_table

run, step, worker = run_table.c, step_table.c, worker_table.c

_FREE = or_(run.halt_id.is_(None), run.cancel_by.is_not(None))
"""That a worker may have it: who is to be cancelled must end, halted or not."""


def count_done(session: Session, run_id: int) -> int:
    """How many steps of a run have come to an end."""
    final = [status.value for status in FINAL_STEPS]
    query = select(func.count()).select_from(step_table)
    return int(session.scalar(query.where(step.run_id == run_id, step.kind == STEP, step.status.in_(final))) or 0)


def insert_worker(session: Session, worker_id: str, place: str, pid: int, lease: float) -> None:
    """A worker registers."""
    now = read_clock(session)
    session.execute(
        insert(worker_table).values(
            id=worker_id, place=place, pid=pid, started_at=now, lease_until=now + timedelta(seconds=lease), state="live"
        )
    )


def ring_again(session: Session, limit: int) -> list[int]:
    """Ready runs whose ring seems lost: sets when they are rung next, and gives them. Those locked by others wait."""
    now = read_clock(session)
    ready = (run.status == RunStatus.READY.value, run.ring_at <= now, _FREE)
    query = select(run.id, run.rings).where(*ready).order_by(run.ring_at).limit(limit)
    due = session.execute(query.with_for_update(skip_locked=True)).all()
    rung: list[int] = []
    for run_id, rings in due:
        pause = timedelta(seconds=min(30, 2 ** min(rings, 5)))
        again = update(run_table).where(run.id == run_id, run.rings == rings, *ready)
        if session.execute(again.values(rings=rings + 1, ring_at=now + pause).returning(run.id)).first():
            rung.append(run_id)
    return rung


def read_next_ring(session: Session) -> datetime | None:
    """The next moment at which a ready run is rung again."""
    query = select(func.min(run.ring_at)).where(run.status == RunStatus.READY.value, _FREE)
    found: datetime | None = session.scalar(query)
    return found


def wake_due(session: Session, limit: int) -> list[int]:
    """Waiting runs whose moment has come: makes them ready, and gives them."""
    now = read_clock(session)
    waits = (run.status == RunStatus.WAITING.value, run.wake_at <= now)
    query = select(run.id).where(*waits).order_by(run.wake_at).limit(limit)
    due = session.scalars(query.with_for_update(skip_locked=True)).all()
    values = {"status": RunStatus.READY.value, "ready_at": now, "ring_at": now + FIRST_RING, "wake_at": None}
    woken = [
        session.execute(update(run_table).where(run.id == each, *waits).values(**values).returning(run.id))
        for each in due
    ]
    return [each for found in woken for each in found.scalars()]


def read_next_alarm(session: Session) -> datetime | None:
    """The next moment at which a waiting run wakes."""
    query = select(func.min(run.wake_at)).where(run.status == RunStatus.WAITING.value, run.wake_at.is_not(None))
    found: datetime | None = session.scalar(query)
    return found


def read_suspects(session: Session, here: str) -> list[tuple[str, str, int]]:
    """Workers whose lease is over, or whose process somebody here can look for: id, place, process id."""
    overdue = worker.lease_until < read_clock(session)
    query = select(worker.id, worker.place, worker.pid).where(
        worker.state != "dead", or_(overdue, worker.place == here)
    )
    return [(each[0], each[1], each[2]) for each in session.execute(query)]


def is_overdue(session: Session, worker_id: str) -> bool:
    """Whether a worker's lease is over."""
    query = select(literal(1)).where(worker.id == worker_id, worker.lease_until < read_clock(session))
    return session.scalar(query) is not None


def bury_worker(session: Session, worker_id: str) -> bool:
    """Declares a worker dead; False when somebody else has done it."""
    query = update(worker_table).where(worker.id == worker_id, worker.state != "dead")
    return session.execute(query.values(state="dead").returning(worker.id)).first() is not None


def read_owned(session: Session, worker_id: str) -> list[tuple[int, str]]:
    """The runs that a worker owns, with the path of the last row of each."""
    last = (
        select(step.path).where(step.run_id == run.id).order_by(step.seq.desc()).limit(1).correlate(run_table)
    ).scalar_subquery()
    query = select(run.id, last).where(run.owner == worker_id, run.status == RunStatus.RUNNING.value).order_by(run.id)
    return [(each[0], each[1] or "") for each in session.execute(query)]


def make_ready(session: Session, run_id: int, deaths: int, done: int) -> None:
    """A dead worker's run is ready again, under another epoch."""
    now = read_clock(session)
    session.execute(
        update(run_table)
        .where(run.id == run_id)
        .values(
            status=RunStatus.READY.value, owner=None, epoch=run.epoch + 1, deaths=deaths, done_at_death=done,
            ready_at=now, ring_at=now + FIRST_RING, rings=0,
        )
    )  # fmt: skip


def put_away(session: Session, run_id: int, why: str, deaths: int) -> None:
    """A run that brings processes down is not tried any more."""
    values = {"status": RunStatus.QUARANTINED.value, "owner": None, "why": why, "deaths": deaths}
    session.execute(update(run_table).where(run.id == run_id).values(epoch=run.epoch + 1, **values))


def put_away_own(session: Session, run_id: int, fence: tuple[str, int], why: str) -> bool:
    """A run that its owner cannot execute is not tried any more."""
    mine = (run.id == run_id, run.owner == fence[0], run.epoch == fence[1], run.status == RunStatus.RUNNING.value)
    values = {"status": RunStatus.QUARANTINED.value, "owner": None, "why": why}
    query = update(run_table).where(*mine).values(epoch=run.epoch + 1, **values).returning(run.id)
    return session.execute(query).first() is not None


def give_back_own(session: Session, run_id: int, fence: tuple[str, int]) -> bool:
    """A run that its owner cannot go on with now is ready for whoever comes; False when it is not its any more."""
    now = read_clock(session)
    mine = (run.id == run_id, run.owner == fence[0], run.epoch == fence[1], run.status == RunStatus.RUNNING.value)
    values = {"status": RunStatus.READY.value, "owner": None, "ready_at": now, "ring_at": now + FIRST_RING, "rings": 0}
    found = session.execute(
        update(run_table).where(*mine).values(epoch=run.epoch + 1, **values).returning(run.id)
    ).first()
    if found is not None:
        ring_after(session, run_id)
    return found is not None


def give_back(session: Session, worker_id: str) -> None:
    """A worker leaves: what it still owns is ready for others."""
    now = read_clock(session)
    values = {"status": RunStatus.READY.value, "owner": None, "ready_at": now, "ring_at": now + FIRST_RING, "rings": 0}
    mine = (run.owner == worker_id, run.status == RunStatus.RUNNING.value)
    query = update(run_table).where(*mine).values(epoch=run.epoch + 1, **values).returning(run.id)
    for run_id in session.scalars(query):
        ring_after(session, run_id)
    bury_worker(session, worker_id)


def take_from_owners(session: Session, asked_before: datetime) -> list[int]:
    """Running runs that were cancelled before a moment: makes them ready under another epoch, and gives them."""
    now = read_clock(session)
    values = {"status": RunStatus.READY.value, "owner": None, "ready_at": now, "ring_at": now + FIRST_RING, "rings": 0}
    stuck = (run.status == RunStatus.RUNNING.value, run.cancel_at <= asked_before)
    query = update(run_table).where(*stuck).values(epoch=run.epoch + 1, cancel_at=now, **values).returning(run.id)
    return list(session.scalars(query))


def count_leases(session: Session) -> int:
    """How many workers hold a lease."""
    query = select(func.count()).select_from(worker_table)
    return int(session.scalar(query.where(worker.state != "dead", worker.lease_until >= read_clock(session))) or 0)
