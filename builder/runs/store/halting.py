"""The queries of halts: which runs they concern, marking those, and letting them go."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from builder.db import read_clock, ring_after
from builder.engine.state import RunStatus
from builder.governance import Halt, HaltScope
from builder.runs.store import FIRST_RING
from builder.runs.tables import OPEN, plan_table, run_table
from builder.sdk import JSON

run = run_table.c


def read_plans_under_way(session: Session) -> list[str]:
    """The hashes of the plans of the runs that have not ended and that nothing stops yet."""
    return list(session.scalars(select(run.plan_hash).where(text(OPEN), run.halt_id.is_(None)).distinct()))


def read_plan_document(session: Session, plan_hash: str) -> JSON:
    """The woven document of a plan."""
    found: JSON = session.scalar(select(plan_table.c.document).where(plan_table.c.hash == plan_hash))
    return found


def find_under_way(
    session: Session, halt: Halt, plans: Collection[str], limit: int, *, lock: bool = False
) -> list[tuple[int, int | None]]:
    """Runs under way that a halt concerns and that nothing stops yet: id, and the workflow. Those locked by others are
    left out where they are to be locked.

    Args:
        session: the caller's transaction.
        halt: what is stopped.
        plans: hashes of the plans that it concerns, where it is about what runs do.
        limit: at most so many.
        lock: whether they will be marked.
    """
    mine: Any = True
    if halt.scope is HaltScope.TEAM:
        mine = run.team_id == int(halt.about)
    elif halt.scope is HaltScope.WORKFLOW:
        mine = run.workflow_id == int(halt.about)
    elif halt.scope is not HaltScope.ORGANISATION:
        mine = run.plan_hash.in_(plans)
    query = select(run.id, run.workflow_id).where(text(OPEN), run.halt_id.is_(None), mine).order_by(run.id).limit(limit)
    rows = session.execute(query.with_for_update(skip_locked=True) if lock else query)
    return [(each[0], each[1]) for each in rows]


def find_halted_workflows(session: Session, halt_id: int) -> set[int]:
    """The workflows of which a halt stops runs."""
    query = select(run.workflow_id).where(run.halt_id == halt_id, run.workflow_id.is_not(None)).distinct()
    return set(session.scalars(query))


def mark_runs(session: Session, run_ids: Collection[int], halt_id: int) -> None:
    """A halt stops these runs."""
    session.execute(update(run_table).where(run.id.in_(run_ids)).values(halt_id=halt_id))


def let_go(session: Session, standing: Collection[int], limit: int) -> int:
    """Lets runs go that a halt stopped which stands no more, and rings for those that can go on; gives their number."""
    marked = (run.halt_id.is_not(None), run.halt_id.not_in(standing))
    query = select(run.id, run.status).where(*marked).order_by(run.id).limit(limit)
    found = session.execute(query.with_for_update(skip_locked=True)).all()
    free: dict[str, Any] = {"halt_id": None}
    ring_at = read_clock(session) + FIRST_RING
    for ready, values in ((True, {**free, "rings": 0, "ring_at": ring_at}), (False, free)):
        chosen = [each[0] for each in found if (each[1] == RunStatus.READY.value) is ready]
        if chosen:
            session.execute(update(run_table).where(run.id.in_(chosen)).values(**values))
            for run_id in chosen if ready else ():
                ring_after(session, run_id)
    return len(found)


def count_halted(session: Session) -> Mapping[int, int]:
    """Halt → how many runs under way it stops."""
    query = select(run.halt_id, func.count()).where(run.halt_id.is_not(None), text(OPEN)).group_by(run.halt_id)
    return {row[0]: row[1] for row in session.execute(query)}
