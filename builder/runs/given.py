"""What a step was given, worked out again from the record: bindings are pure, so nothing of it needs to be stored."""

from __future__ import annotations

from sqlalchemy.orm import Session

from builder.engine.machine import replay
from builder.engine.plan import Plan
from builder.engine.resolve import resolve_inputs
from builder.kit.errors import HandrailError
from builder.kit.ids import show_id
from builder.runs import store
from builder.runs.loading import read_value
from builder.runs.ports import Payloads
from builder.runs.records import read_write
from builder.runs.tell import RunMissingError
from builder.sdk import JSON


def read_step_inputs(session: Session, run_id: int, path: str, plan: Plan, payloads: Payloads) -> JSON:
    """The inputs of a step that has begun; what the masks before it did is in them, as it was when it ran.

    Raises:
        RunMissingError: there is no such run, or no such step in it.
    """
    rows = store.read_record(session, run_id)
    writes = [read_write(each.row, read_value(each.row.output, each.row.output_ref, payloads)) for each in rows]
    try:
        return resolve_inputs(plan, replay(plan, writes), path)
    except (KeyError, HandrailError) as problem:
        raise RunMissingError(f"Run {show_id(run_id)} has no inputs for a step {path}.", node=path) from problem
