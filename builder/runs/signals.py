"""What a run is told from outside: decisions, signals, a step's cancelling, what became of an effect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder.engine.events import Clarified, Event, Finished, StepCancelAsked, StepFailed
from builder.engine.state import RunState, StepStatus, join_step_path
from builder.runs.hold import Hold, step_at
from builder.runs.performer import Performer
from builder.runs.performing import Asked, InputsError, inputs_of, settle_answer
from builder.runs.store import Signal
from builder.sdk import Decision

DECISION, SIGNAL, CANCEL_STEP, CLARIFY = "decision", "signal", "cancel_step", "clarify"
"""The kinds of what a run is told."""


def take_signal(performer: Performer, hold: Hold, state: RunState, signal: Signal) -> list[Event | Asked] | None:
    """What the machine is told of a signal: nothing, an event, or (None) nothing yet, since no step waits for it."""
    body: Mapping[str, Any] = signal.body or {}
    if signal.kind == DECISION:
        return _decide(performer, hold, state, signal.path, Decision(**body))
    if signal.kind == CANCEL_STEP:
        return [StepCancelAsked(signal.path, body["by"])]
    if signal.kind == CLARIFY:
        return [Clarified(signal.path, body["by"], body["answer"], body.get("output"))]
    for scope in state.scopes.values():
        for node, step in scope.steps.items():
            path = join_step_path(scope.path, node)
            waits = step.status is StepStatus.WAITING and step.signal == body["name"]
            if waits and signal.path in ("", path):
                return [Finished(path, step.attempt, hold.node(path).ports[:1], {"signal": body.get("body")})]
    return None


def _decide(performer: Performer, hold: Hold, state: RunState, path: str, decision: Decision) -> list[Event | Asked]:
    step = step_at(state, path)
    if step is None or step.status is not StepStatus.WAITING:
        return []
    node = hold.node(path)
    try:
        kind, config = performer.look_up(hold.plan, path, node)
        inputs = inputs_of(hold.plan, state, path, node)
    except InputsError as problem:
        return [StepFailed(path, step.attempt, problem.failed)]
    where = (path, step.attempt)
    context = performer.context_of(hold, path)
    return [settle_answer(kind, config, inputs, decision, context, where=where, outgoing=node.outgoing)]
