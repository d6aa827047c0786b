"""Trouble: who answers for a workflow is told that a run of it failed, was refused, or does not know what it did."""

from __future__ import annotations

from typing import Literal

from sqlalchemy.orm import Session

from builder.db import read_clock
from builder.kit.ids import show_id
from builder.notices import tell_people
from builder.runs.store.lists import read_facts
from builder.sdk import Mode
from builder.workflows import find_keepers

Trouble = Literal["run_failed", "run_refused", "run_uncertain"]
"""Failed; refused by a worker before its first step, when whoever started it is gone; does not know what it did."""


def tell_trouble(session: Session, run_id: int, kind: Trouble) -> None:
    """Tells it, in the transaction of what it tells. A try is its own messenger, and a file's run has no owner."""
    run = read_facts(session, [run_id]).get(run_id)
    if run is None or run.mode is not Mode.LIVE or run.workflow_id is None:
        return
    workflow = show_id(run.workflow_id)
    tell_people(
        session,
        find_keepers(session, run.workflow_id),
        kind,
        topic=workflow,
        link=f"/runs/{show_id(run_id)}",
        many=f"/runs?workflow={workflow}",
        now=read_clock(session),
        workflow=run.name,
    )
