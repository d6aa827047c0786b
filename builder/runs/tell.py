"""What people and programs may say to a run. Each is one transaction; the run's owner takes it in.

A second decision finds no open wait and is refused, however close together the two came.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import ClassVar, Literal

from sqlalchemy.orm import Session

from builder.db import read_clock, to_milliseconds
from builder.engine.state import RunStatus
from builder.kit.errors import HandrailError
from builder.kit.ids import new_id, show_id
from builder.runs import store
from builder.runs.signals import CANCEL_STEP, CLARIFY, DECISION, SIGNAL
from builder.sdk import JSON, Decision


class RunMissingError(HandrailError):
    """There is no such run."""

    code: ClassVar[str] = "run_missing"
    status: ClassVar[int] = 404


class RunOverError(HandrailError):
    """The run has ended, or does not wait for this (any more)."""

    code: ClassVar[str] = "run_over"
    status: ClassVar[int] = 409


def hold_run(session: Session, run_id: int) -> None:
    """Keeps a run as it is until this transaction ends; asked for before a Review of it is changed.

    Rows are locked in one order, run, wait, review, the rest; so two transactions never wait for each other.
    """
    store.lock_run(session, run_id)


def resume_run(session: Session, run_id: int, path: str, decision: Decision) -> None:
    """Answers a step that asks people.

    Raises:
        RunMissingError, RunOverError: the run is not there, has ended, or the step was answered already.
    """
    _tell(session, run_id, DECISION, path, asdict(decision))
    if store.close_wait(session, run_id, path, "ask", decision.by) is None:
        raise RunOverError(
            f"Step {path} of run {show_id(run_id)} does not wait for an answer: somebody has given one, "
            "or it was withdrawn.",
            node=path,
        )


def clarify_step(
    session: Session,
    run_id: int,
    path: str,
    answer: Literal["repeat", "happened", "give_up"],
    *,
    by: str,
    output: JSON = None,
) -> None:
    """Says what became of an effect whose end nobody saw.

    Raises:
        RunMissingError, RunOverError: nobody asks (any more).
    """
    _tell(session, run_id, CLARIFY, path, {"by": by, "answer": answer, "output": output})
    if store.close_wait(session, run_id, path, "uncertain", by) is None:
        raise RunOverError(f"Step {path} of run {show_id(run_id)} is not uncertain (any more).", node=path)


def signal_run(session: Session, run_id: int, name: str, body: JSON = None, path: str = "") -> None:
    """Sends a named signal: to the step at `path`, or to whichever waits for it first. It may come before the wait.

    Raises:
        RunMissingError, RunOverError: nobody can hear it.
    """
    _tell(session, run_id, SIGNAL, path, {"name": name, "body": body})


def cancel_step(session: Session, run_id: int, path: str, by: str) -> None:
    """Asks for one step to end cancelled; the run goes on without it.

    Raises:
        RunMissingError, RunOverError: there is nothing to cancel.
    """
    _tell(session, run_id, CANCEL_STEP, path, {"by": by})


def cancel_run(session: Session, run_id: int, by: str) -> None:
    """Asks for a run to end cancelled. Its owner sees that with its next commit, at the latest with its heartbeat.

    Raises:
        RunMissingError, RunOverError: there is nothing to cancel.
    """
    if not store.ask_cancel(session, run_id, by):
        _explain(session, run_id)


def release_run(session: Session, run_id: int) -> None:
    """Lets a quarantined run try again.

    Raises:
        RunMissingError, RunOverError: it is not quarantined.
    """
    if not store.release(session, run_id):
        row = store.read_run_row(session, run_id)
        if row is None:
            raise RunMissingError(f"There is no run {show_id(run_id)}.")
        raise RunOverError(f"Run {show_id(run_id)} is not quarantined; it is {row['status']}.")


def _tell(session: Session, run_id: int, kind: str, path: str, body: JSON) -> None:
    signal_id = new_id(to_milliseconds(read_clock(session)))
    if not store.tell_run(session, signal_id, run_id, (kind, path, body)):
        _explain(session, run_id)


def _explain(session: Session, run_id: int) -> None:
    row = store.read_run_row(session, run_id)
    if row is None:
        raise RunMissingError(f"There is no run {show_id(run_id)}.")
    raise RunOverError(f"Run {show_id(run_id)} has ended: it {_ENDED[RunStatus(row['status'])]}.")


_ENDED = {
    RunStatus.SUCCEEDED: "succeeded",
    RunStatus.FAILED: "failed",
    RunStatus.REFUSED: "was refused",
    RunStatus.CANCELLED: "was cancelled",
}
