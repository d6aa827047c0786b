"""The queries of answers: which runs have ended, and what their steps of some nodes gave."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from builder.engine.state import FINAL_RUNS, RunStatus, StepStatus
from builder.runs.schemas import STEP
from builder.runs.tables import run_table, step_table

run, step = run_table.c, step_table.c
_INDEX = re.compile(r"\[[0-9]+\]")


def find_ended(session: Session, run_ids: Collection[int]) -> list[tuple[int, RunStatus, str | None, str | None]]:
    """Those of the runs that have ended: run, how, and the result as inline text and payload key."""
    query = select(run.id, run.status, run.result, run.result_ref).where(run.id.in_(sorted(run_ids)))
    found = session.execute(query.where(run.status.in_([each.value for each in FINAL_RUNS])))
    return [(row[0], RunStatus(row[1]), row[2], row[3]) for row in found]


def find_outputs(session: Session, wanted: Mapping[int, Collection[str]]) -> list[tuple[int, str | None, str | None]]:
    """What steps of these nodes gave: run, inline text and payload key, in the order in which they succeeded.

    Args:
        session: any session.
        wanted: run → paths of nodes, without indices.
    """
    if not wanted:
        return []
    query = select(step.run_id, step.seq, step.path).where(step.run_id.in_(sorted(wanted)), step.kind == STEP)
    done = session.execute(query.where(step.status == StepStatus.SUCCEEDED.value).order_by(step.run_id, step.seq))
    hits = [(row.run_id, row.seq) for row in done if _INDEX.sub("", row.path) in wanted[row.run_id]]
    outputs = select(step.run_id, step.output, step.output_ref)
    return [
        (row[0], row[1], row[2])
        for number, seq in hits
        for row in session.execute(outputs.where(step.run_id == number, step.seq == seq))
    ]
