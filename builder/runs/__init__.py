"""A Run is one working through of a Plan, from its input to its result: durable, and exactly once in its state.

Its rows are the truth: whoever owns a run folds them, asks the machine what follows, does it, and commits under the
fence. SQLAlchemy and the event loop are heavy, so each name is loaded on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from builder.runs.answers import RunAnswer, look_for_answers
    from builder.runs.api import router
    from builder.runs.browse import can_look_inside, find_own_looks, find_run, find_runs, holds_payload, sees_payload
    from builder.runs.empty import empty_runs, keep_for, sweep_payloads
    from builder.runs.failpoints import FAILPOINTS, arm_failpoint, failpoint
    from builder.runs.files import lend_own_files, sees_any, show_files
    from builder.runs.foresee import Block, foresee_blocks
    from builder.runs.given import read_step_inputs
    from builder.runs.halted import HaltKeeper
    from builder.runs.lease import HEARTBEAT, LEASE
    from builder.runs.place import machine_place, process_lives
    from builder.runs.ports import Audit, Egress, Gateway, OnPark, OnWithdraw, Payloads, Reach
    from builder.runs.read import RunStory, RunView, StepView, WaitView, list_runs, read_run, read_woven_of
    from builder.runs.retry import Retry, retry_from_step
    from builder.runs.schemas import FINAL_STATES, RunFacts
    from builder.runs.start import RunInputError, Start, StartedBy, start_run
    from builder.runs.store.keeping import count_leases
    from builder.runs.store.lists import count_open_runs, find_going_on, read_facts, read_moving
    from builder.runs.sweep import fire_timers, force_cancels, reap_workers, sweep_ready
    from builder.runs.tell import (
        RunMissingError,
        RunOverError,
        cancel_run,
        cancel_step,
        clarify_step,
        hold_run,
        release_run,
        resume_run,
        signal_run,
    )
    from builder.runs.verify import EndedRuns, RecordReport, verify_records
    from builder.runs.worker import RunWorker

_DOORS = {
    "empty_runs": "empty",
    "keep_for": "empty",
    "sweep_payloads": "empty",
    "router": "api",
    "RunAnswer": "answers",
    "look_for_answers": "answers",
    "can_look_inside": "browse",
    "find_own_looks": "browse",
    "find_run": "browse",
    "find_runs": "browse",
    "holds_payload": "browse",
    "sees_payload": "browse",
    "FINAL_STATES": "schemas",
    "RunFacts": "schemas",
    "find_going_on": "store.lists",
    "read_facts": "store.lists",
    "read_moving": "store.lists",
    "RunInputError": "start",
    "Start": "start",
    "StartedBy": "start",
    "start_run": "start",
    "RunMissingError": "tell",
    "RunOverError": "tell",
    "cancel_run": "tell",
    "cancel_step": "tell",
    "clarify_step": "tell",
    "hold_run": "tell",
    "release_run": "tell",
    "resume_run": "tell",
    "signal_run": "tell",
    "RunStory": "read",
    "RunView": "read",
    "StepView": "read",
    "WaitView": "read",
    "list_runs": "read",
    "read_run": "read",
    "read_woven_of": "read",
    "lend_own_files": "files",
    "sees_any": "files",
    "show_files": "files",
    "Block": "foresee",
    "foresee_blocks": "foresee",
    "HaltKeeper": "halted",
    "read_step_inputs": "given",
    "count_leases": "store.keeping",
    "count_open_runs": "store.lists",
    "machine_place": "place",
    "process_lives": "place",
    "Audit": "ports",
    "Egress": "ports",
    "Gateway": "ports",
    "OnPark": "ports",
    "OnWithdraw": "ports",
    "Payloads": "ports",
    "Reach": "ports",
    "EndedRuns": "verify",
    "RecordReport": "verify",
    "verify_records": "verify",
    "HEARTBEAT": "lease",
    "LEASE": "lease",
    "RunWorker": "worker",
    "Retry": "retry",
    "retry_from_step": "retry",
    "fire_timers": "sweep",
    "force_cancels": "sweep",
    "reap_workers": "sweep",
    "sweep_ready": "sweep",
    "FAILPOINTS": "failpoints",
    "arm_failpoint": "failpoints",
    "failpoint": "failpoints",
}

__all__ = [
    "FAILPOINTS",
    "FINAL_STATES",
    "HEARTBEAT",
    "LEASE",
    "Audit",
    "Block",
    "Egress",
    "EndedRuns",
    "Gateway",
    "HaltKeeper",
    "OnPark",
    "OnWithdraw",
    "Payloads",
    "Reach",
    "RecordReport",
    "Retry",
    "RunAnswer",
    "RunFacts",
    "RunInputError",
    "RunMissingError",
    "RunOverError",
    "RunStory",
    "RunView",
    "RunWorker",
    "Start",
    "StartedBy",
    "StepView",
    "WaitView",
    "arm_failpoint",
    "can_look_inside",
    "cancel_run",
    "cancel_step",
    "clarify_step",
    "count_leases",
    "count_open_runs",
    "empty_runs",
    "failpoint",
    "find_going_on",
    "find_own_looks",
    "find_run",
    "find_runs",
    "fire_timers",
    "force_cancels",
    "foresee_blocks",
    "hold_run",
    "holds_payload",
    "keep_for",
    "lend_own_files",
    "list_runs",
    "look_for_answers",
    "machine_place",
    "process_lives",
    "read_facts",
    "read_moving",
    "read_run",
    "read_step_inputs",
    "read_woven_of",
    "reap_workers",
    "release_run",
    "resume_run",
    "retry_from_step",
    "router",
    "sees_any",
    "sees_payload",
    "show_files",
    "signal_run",
    "start_run",
    "sweep_payloads",
    "sweep_ready",
    "verify_records",
]


def __getattr__(name: str) -> Any:
    """A name of the front door, loaded when it is first asked for."""
    if name not in _DOORS:
        raise AttributeError(f"builder.runs has no {name!r}")
    return getattr(import_module(f"builder.runs.{_DOORS[name]}"), name)
