"""How things end badly or early: failures, retries, refusals, cancelling.

*Ending early* has one rule everywhere: what was under way (running, waiting, retrying, uncertain) is cancelled, what
had not begun is skipped. An attempt under way is aborted, a wait is withdrawn, and a step that may already have touched
the world says so.

*A failure* looks for someone to take it, from the inside out: the node's retries; an edge on its `error` port; the
container around its scope (a map that keeps errors takes it as one failed item, another container fails in its turn,
and may have an edge on `error` itself); at last the run, which fails at once. A container is never retried: its body
has had its own retries, and what it did cannot be done over.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from builder.engine.events import Abort, RunWrite, StepWrite, WakeAt, Withdraw
from builder.engine.ledger import Page, Place
from builder.engine.plan import PlanNode
from builder.engine.state import (
    FINAL_STEPS,
    RunStatus,
    StepStatus,
    join_scope_path,
)
from builder.engine.turn import Turn
from builder.sdk import ERROR_PORT, AfterCrash, Control, Effect, Failed, FailureClass, Usage

FIRST_DELAY = 0.5
"""Seconds: the longest first delay; each further one is twice as long, up to the node's `max_delay`. The delay itself
is a random share of that ("full jitter": AWS Architecture Blog, Exponential Backoff And Jitter)."""
LONGEST_RETRY_AFTER = 86_400.0
"""Seconds: a receiver that asks for a longer pause is taken to have failed."""
TIMED_OUT = "timed_out"


# ------------------------------------------------------------------ failures


def take_failure(turn: Turn, place: Place, failed: Failed, jitter: float = 1.0) -> None:
    """One attempt failed: it is tried again, is uncertain, or the step has failed."""
    path, node, attempt = place.path, place.node, place.step.attempt
    unsure = _is_unsure(node, failed)
    delay = None if unsure and node.effects.after_crash is AfterCrash.UNSAFE else _delay(turn, place, failed)
    if delay is not None:
        due = turn.now + timedelta(seconds=max(delay * jitter, failed.retry_after or 0.0))
        why = f"{failed.sentence} Try {place.step.failures + 2} of {node.retry.attempts} follows."
        turn.write(StepWrite(path, StepStatus.RETRYING, attempt, due=due, why=why, usage=failed.usage))
        turn.command(WakeAt(path, due))
    elif unsure and node.effects.after_crash is not AfterCrash.RETRY_SAFE:
        why = f"{failed.sentence} Nobody saw whether it happened: a person has to say."
        turn.write(StepWrite(path, StepStatus.UNCERTAIN, attempt, why=why, usage=failed.usage))
    else:
        fail_step(turn, place, error_record(turn, failed, attempt), failed.usage)


def _is_unsure(node: PlanNode, failed: Failed) -> bool:
    """Whether the effect may have happened: the node says so, or a write was cut off by its time-out."""
    cut_off = failed.code == TIMED_OUT and node.effects.effect is Effect.WRITE
    return node.control is Control.STEP and not node.pure and (failed.failure is FailureClass.UNCERTAIN or cut_off)


def _delay(turn: Turn, place: Place, failed: Failed) -> float | None:
    """Longest delay before the next attempt in seconds, or None when there is none."""
    node, failures = place.node, place.step.failures
    word = FailureClass.TRANSIENT if failed.failure is FailureClass.UNCERTAIN else failed.failure
    if node.body is not None or word.value not in node.retry.on or failures + 1 >= node.retry.attempts:
        return None
    if turn.retries >= turn.plan.retries_at_most or (failed.retry_after or 0.0) > LONGEST_RETRY_AFTER:
        return None
    return min(node.retry.max_delay, FIRST_DELAY * 2.0**failures)


def error_record(turn: Turn, failed: Failed, attempts: int) -> dict[str, Any]:
    """What is read as `node.error.…`."""
    return {
        "class": failed.failure.value,
        "code": failed.code,
        "sentence": failed.sentence,
        "attempts": attempts,
        "at": turn.now.isoformat(),
    }


def fail_step(
    turn: Turn, place: Place, error: Mapping[str, Any], usage: Usage | None = None, *, told: bool = False
) -> None:
    """The step has failed for good: its `error` port takes it, or else its scope fails.

    `told` means that the error's sentence already says where it happened, because it comes from inside a body.
    """
    node, path = place.node, place.path
    if node.body is not None:
        close_body(turn, place, f"{path} failed.")
    why, attempt = str(error["sentence"]), place.step.attempt
    ports = (ERROR_PORT,) if node.outgoing.get(ERROR_PORT) else ()
    turn.end_step(place, StepWrite(path, StepStatus.FAILED, attempt, ports, error=error, why=why, usage=usage))
    if not ports:
        fail_scope(turn, place.page, error if told else {**error, "sentence": f"{path}: {why}"})


def fail_scope(turn: Turn, page: Page, error: Mapping[str, Any]) -> None:
    """Nobody inside the scope took the failure."""
    why = str(error["sentence"])
    if page.path == "":
        end_run(turn, RunStatus.FAILED, why)
    else:
        empty_scope(turn, page, f"{page.path} failed: {why}")
        turn.end_scope(StepWrite(page.path, StepStatus.FAILED, error=error, why=why, scope=True))


# ------------------------------------------------------------------ ending early


def end_run(turn: Turn, status: RunStatus, why: str) -> None:
    """The run ends now, with everything that is still open in it."""
    page = turn.page("")
    if page is not None:
        empty_scope(turn, page, f"The run {_ENDED[status]}: {why}" if why else f"The run {_ENDED[status]}.")
    turn.end_run(RunWrite(status, why=why))


_ENDED = {
    RunStatus.SUCCEEDED: "was stopped",
    RunStatus.FAILED: "failed",
    RunStatus.REFUSED: "was refused",
    RunStatus.CANCELLED: "was cancelled",
}


def empty_scope(turn: Turn, page: Page, why: str) -> None:
    """Ends every step of a scope that has not ended, and what goes on in the bodies of those that have."""
    for node in page.graph.nodes.values():
        if page.step(node.id).status not in FINAL_STEPS:
            stop_step(turn, Place(page, node), why)
        elif node.body is not None:
            close_body(turn, Place(page, node), why)


def close_body(turn: Turn, place: Place, why: str) -> None:
    """Cancels the open scopes of a container."""
    container = turn.container(place.path)
    if container is None:
        return
    for scope in scope_paths(place, container.started):
        page = turn.page(scope)
        if page is not None:
            empty_scope(turn, page, why)
            turn.write(StepWrite(scope, StepStatus.CANCELLED, why=why, scope=True))


def scope_paths(place: Place, started: int) -> tuple[str, ...]:
    """Paths of the scopes that a container has opened."""
    if place.node.control is Control.CALL:
        return (place.path,) if started else ()
    first = 1 if place.node.control is Control.REPEAT else 0
    return tuple(join_scope_path(place.path, number) for number in range(first, first + started))


def stop_step(turn: Turn, place: Place, why: str) -> None:
    """Ends a step early: skipped when it had not begun, else cancelled. Nothing behind it is told."""
    if place.step.status is StepStatus.PENDING:
        turn.write(StepWrite(place.path, StepStatus.SKIPPED, why=why))
    else:
        cancel_step(turn, place, why)


def cancel_step(turn: Turn, place: Place, why: str) -> None:
    """Cancels a step, whatever it is doing. Nothing behind it is told."""
    node, path, step = place.node, place.path, place.step
    if turn.container(path) is not None:
        close_body(turn, place, why)
    elif step.status is StepStatus.RUNNING:
        turn.command(Abort(path))
    elif step.status in (StepStatus.WAITING, StepStatus.UNCERTAIN):
        turn.command(Withdraw(path, why))
    doubtful = step.status is StepStatus.UNCERTAIN or (
        step.status is StepStatus.RUNNING and node.control is Control.STEP and node.effects.effect is Effect.WRITE
    )
    if doubtful:
        why = f"{why} What it was doing may have happened."
    turn.write(StepWrite(path, StepStatus.CANCELLED, step.attempt, why=why))
