"""The machine: what follows from an event, as a pure function over a Plan.

Theory
------
*One way to change.* A state is a fold of writes (`ledger`). `decide` reads the state, writes, and folds its own writes;
`replay` folds recorded ones. So a run goes on after a crash from its record alone, and nothing an author writes has to
be deterministic.

*One table.* Each event that names a step is looked up with the status of that step in TABLE; what is not there is
stale: a doubled or late answer, a second decision, a wake-up for a step that no longer sleeps. A stale event changes
nothing. An answer must also name the attempt that it answers.

    pending ──start──> running ──Finished──────> succeeded        its ports are taken
       │                │ │ │ └──StepFailed────> retrying ──Due──> running
       │                │ │ └────Parked────────> waiting  ──Finished, StepRefused, Due …
       │                │ └──────Lost, unsure──> uncertain ──Clarified──> running, succeeded, failed
       │                └────────StepFailed────> failed           `error` is taken, or the scope fails
       └──dead path──> skipped                   refused, cancelled: no port is taken

*Three tiers of what follows.* A step that ends lets the nodes behind it look (`advance`). A scope whose last step has
ended is asked for its result; with it the scope ends and its container goes on (`containers`). The outer scope's result
ends the run. Failures go outwards until someone takes them (`endings`). Every final status is written exactly once,
because only a step that is not final has handlers, and every scope that opens ends, because its graph has no cycle.

*Who acts.* The machine does nothing itself. Its commands are carried out after its writes are committed; each can be
lost, since `Lost` finds all of them again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from builder.engine.advance import execute, look_at_roots, look_behind
from builder.engine.containers import (
    fail_settling,
    follow_scope,
    judge_round,
    open_container,
    settle_scope,
)
from builder.engine.endings import cancel_step, end_run, error_record, fail_step, take_failure
from builder.engine.events import (
    Barred,
    Begun,
    CancelAsked,
    Clarified,
    Decision,
    Due,
    Event,
    Finished,
    Judged,
    Lost,
    Opened,
    Parked,
    Settled,
    SettleFailed,
    StepCancelAsked,
    StepFailed,
    StepRefused,
    StepWrite,
    Stopped,
    WakeAt,
    Withdraw,
    Write,
)
from builder.engine.ledger import Ledger, Place
from builder.engine.plan import Plan
from builder.engine.recovery import find_again
from builder.engine.state import RunState, RunStatus, StepStatus
from builder.engine.turn import Turn
from builder.sdk import Control, Failed, FailureClass

StepHandler: TypeAlias = Callable[[Turn, Place, Any], bool]
RunHandler: TypeAlias = Callable[[Turn, Any], bool]


def start_state() -> RunState:
    """The state of a run that has not begun; tell it Begun."""
    return RunState()


def decide(plan: Plan, state: RunState, event: Event, now: datetime) -> Decision:
    """What follows from an event. Pure: the given state is not changed, and the clock is `now`.

    Args:
        plan: what the run runs.
        state: where it stands.
        event: what has happened.
        now: the present, from the database's clock.

    Returns:
        The new state, what to record, and what to do then. Stale events give the state back as it is.
    """
    turn = Turn(plan, state, now)
    if turn.ended or not _handle(turn, event):
        return Decision(state, (), tuple(turn.commands), stale=True)
    while turn.follow:
        scope, node_id = turn.follow.popleft()
        page = turn.page(scope)
        if node_id is None:
            follow_scope(turn, scope)
        elif page is not None:
            look_behind(turn, page, page.graph.nodes[node_id])
    turn.ask_results()
    return Decision(turn.finish(), tuple(turn.writes), tuple(turn.commands))


def replay(plan: Plan, writes: Iterable[Write]) -> RunState:
    """The state that recorded writes lead to. Tell it Lost to get everything that must go on."""
    ledger = Ledger(plan, RunState())
    for write in writes:
        ledger.apply(write)
    return ledger.finish()


def _handle(turn: Turn, event: Event) -> bool:
    """Whether the event had anything to say."""
    on_run = RUN_TABLE.get(type(event))
    if on_run is not None:
        return on_run(turn, event)
    found = turn.find(event.path)  # type: ignore[union-attr]  # every event that is not in RUN_TABLE names a step
    if found is None:
        return False
    step = found.step
    handler = TABLE.get((type(event), step.status))
    if handler is None or getattr(event, "attempt", step.attempt) != step.attempt:
        return False
    return handler(turn, found, event)


# ------------------------------------------------------------------ the run


def _begin(turn: Turn, event: Begun) -> bool:
    if turn.status is not RunStatus.READY:
        return False
    turn.write(StepWrite("", StepStatus.RUNNING, output=event.input, scope=True))
    look_at_roots(turn, "")
    return True


def _cancel_run(turn: Turn, event: CancelAsked) -> bool:
    end_run(turn, RunStatus.CANCELLED, f"{event.by} cancelled it.")
    return True


def _bar(turn: Turn, event: Barred) -> bool:
    end_run(turn, RunStatus.REFUSED, event.why)
    return True


# ------------------------------------------------------------------ a step


def _finish_step(turn: Turn, place: Place, event: Finished) -> bool:
    if turn.container(event.path) is not None:
        return False
    unknown = [port for port in event.ports if port not in place.node.ports]
    if unknown:
        sentence = f"It took the port {unknown[0]!r}, which {place.node.type} does not have."
        failed = Failed(FailureClass.PERMANENT, "unknown_port", sentence, usage=event.usage)
        fail_step(turn, place, error_record(turn, failed, place.step.attempt), event.usage)
        return True
    turn.end_step(place, StepWrite(
        event.path, StepStatus.SUCCEEDED, place.step.attempt, event.ports, event.output,
        verdict=event.verdict, usage=event.usage,
    ))  # fmt: skip
    return True


def _fail_attempt(turn: Turn, place: Place, event: StepFailed) -> bool:
    if place.step.status is StepStatus.WAITING:
        turn.command(Withdraw(event.path, event.failed.sentence))
    take_failure(turn, place, event.failed, event.jitter)
    return True


def _refuse(turn: Turn, place: Place, event: StepRefused) -> bool:
    turn.write(StepWrite(event.path, StepStatus.REFUSED, place.step.attempt, why=event.reason, verdict=event.verdict))
    end_run(turn, RunStatus.REFUSED, event.reason)
    return True


def _park(turn: Turn, place: Place, event: Parked) -> bool:
    turn.write(StepWrite(
        event.path, StepStatus.WAITING, place.step.attempt, due=event.due, signal=event.signal, why=event.why,
        verdict=event.verdict,
    ))  # fmt: skip
    if event.due is not None:
        turn.command(WakeAt(event.path, event.due))
    return True


def _stop(turn: Turn, place: Place, event: Stopped) -> bool:
    turn.write(StepWrite(event.path, StepStatus.SUCCEEDED, place.step.attempt, place.node.ports[:1], why=event.reason))
    end_run(turn, event.status, event.reason)
    return True


def _retry(turn: Turn, place: Place, _event: Due) -> bool:
    if _is_early(turn, place):
        return False
    execute(turn, place, place.step.attempt + 1)
    return True


def _wake(turn: Turn, place: Place, event: Due) -> bool:
    """The moment of a wait came. A step that asked for it looks again; people's desk has clocks of its own."""
    if _is_early(turn, place):
        return False
    if place.node.control is not Control.WAIT:
        execute(turn, place, place.step.attempt + 1)
        return True
    port = "timeout" if place.step.signal is not None and "timeout" in place.node.ports else place.node.ports[0]
    turn.end_step(place, StepWrite(event.path, StepStatus.SUCCEEDED, place.step.attempt, (port,), {}))
    return True


def _is_early(turn: Turn, place: Place) -> bool:
    """An early wake-up changes nothing, but the alarm is set again."""
    due = place.step.due
    if due is not None and turn.now < due:
        turn.command(WakeAt(place.path, due))
    return due is None or turn.now < due


def _cancel_one(turn: Turn, place: Place, event: StepCancelAsked) -> bool:
    cancel_step(turn, place, f"{event.by} cancelled it.")
    turn.follow.append((place.page.path, place.node.id))
    return True


def _clarify(turn: Turn, place: Place, event: Clarified) -> bool:
    if event.answer == "repeat":
        execute(turn, place, place.step.attempt + 1, why=f"{event.by} said that it should be repeated.")
    elif event.answer == "happened":
        why = f"{event.by} said that it happened."
        turn.end_step(place, StepWrite(
            event.path, StepStatus.SUCCEEDED, place.step.attempt, place.node.ports[:1], event.output, why=why
        ))  # fmt: skip
    else:
        failed = Failed(FailureClass.UNCERTAIN, "given_up", f"{event.by} gave it up. {place.step.why}")
        fail_step(turn, place, error_record(turn, failed, place.step.attempt))
    return True


# ------------------------------------------------------------------ the table

RUN_TABLE: Mapping[type, RunHandler] = {
    Begun: _begin,
    CancelAsked: _cancel_run,
    Barred: _bar,
    Settled: settle_scope,
    SettleFailed: fail_settling,
    Lost: find_again,
}

TABLE: Mapping[tuple[type, StepStatus], StepHandler] = {
    (Finished, StepStatus.RUNNING): _finish_step,
    (Finished, StepStatus.WAITING): _finish_step,
    (StepFailed, StepStatus.RUNNING): _fail_attempt,
    (StepFailed, StepStatus.WAITING): _fail_attempt,
    (StepRefused, StepStatus.RUNNING): _refuse,
    (StepRefused, StepStatus.WAITING): _refuse,
    (Parked, StepStatus.RUNNING): _park,
    (Opened, StepStatus.RUNNING): open_container,
    (Judged, StepStatus.RUNNING): judge_round,
    (Stopped, StepStatus.RUNNING): _stop,
    (Due, StepStatus.RETRYING): _retry,
    (Due, StepStatus.WAITING): _wake,
    (StepCancelAsked, StepStatus.PENDING): _cancel_one,
    (StepCancelAsked, StepStatus.RUNNING): _cancel_one,
    (StepCancelAsked, StepStatus.WAITING): _cancel_one,
    (StepCancelAsked, StepStatus.RETRYING): _cancel_one,
    (StepCancelAsked, StepStatus.UNCERTAIN): _cancel_one,
    (Clarified, StepStatus.UNCERTAIN): _clarify,
}
