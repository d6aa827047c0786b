"""Doing what the machine asks for: each control word, and each outcome of a node, becomes the event it is told.

No way of failing leaves this file but as an event: a broken expression, inputs that do not fit, an exception from a
node, a time-out. Their sentences name the exception's class and never its text, which may hold what the node read.
"""

from __future__ import annotations

import asyncio
import contextvars
import random
from collections.abc import Callable, Container, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from builder.db import write_json
from builder.engine.events import (
    Event,
    Execute,
    Finished,
    Judged,
    Opened,
    Parked,
    Settled,
    SettleFailed,
    StepFailed,
    StepRefused,
    Stopped,
)
from builder.engine.plan import Plan, PlanNode
from builder.engine.resolve import choose_ports, judge_loop, resolve_inputs, resolve_result
from builder.engine.state import RunState, RunStatus
from builder.kit.durations import read_duration
from builder.kit.errors import HandrailError
from builder.kit.shapes import ShapeError, normalise, validate
from builder.runs.allowance import LimitReachedError
from builder.runs.context import RunContext
from builder.runs.loading import VALUE_AT_MOST
from builder.sdk import (
    JSON,
    Ask,
    Control,
    Decision,
    Done,
    Failed,
    FailureClass,
    NodeError,
    NodeType,
    Outcome,
    Question,
    Refused,
    Wait,
)

USUAL_TIMEOUT = 300.0
"""Seconds that one attempt may take where `on_error.timeout` says nothing."""

_roll = random.Random().random  # noqa: S311  # spreads retries; nothing is secret about it


class InputsError(Exception):
    """A step's inputs cannot be had."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.sentence)
        self.failed = failed


@dataclass(frozen=True, slots=True)
class Asked:
    """A step asks people: the event that parks it, and what they are asked."""

    event: Parked
    question: Question


def fail(code: str, sentence: str, failure: FailureClass = FailureClass.PERMANENT) -> Failed:
    """A failure that was found here."""
    return Failed(failure, code, sentence)


def inputs_of(plan: Plan, state: RunState, path: str, node: PlanNode) -> dict[str, JSON]:
    """A step's inputs: resolved, in their one form, and checked against their schema, always.

    Raises:
        InputsError: they cannot be resolved, or do not fit.
    """
    try:
        inputs = normalise(resolve_inputs(plan, state, path), node.in_schema)
    except HandrailError as problem:
        raise InputsError(fail("bad_inputs", problem.sentence)) from problem
    except ShapeError as problem:
        raise InputsError(fail("bad_inputs", f"What it was given is not plain data: {problem}")) from problem
    problems = validate(inputs, node.in_schema)
    if problems:
        first = problems[0]
        where = ".".join(str(part) for part in first.path) or "the inputs"
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise InputsError(fail("inputs_do_not_fit", f"{where}: {first.sentence}{more}"))
    given: dict[str, JSON] = inputs
    return given


def answer_control(plan: Plan, state: RunState, command: Execute, node: PlanNode, now: datetime) -> Event:
    """What follows from a control word that is no step and asks nobody."""
    path, attempt = command.path, command.attempt
    try:
        match node.control:
            case Control.CHOOSE:
                return Finished(path, attempt, choose_ports(plan, state, path), {})
            case Control.EACH:
                inputs = inputs_of(plan, state, path, node)
                items = inputs.get("items")
                return Opened(path, attempt, inputs, tuple(items) if isinstance(items, list) else None)
            case Control.REPEAT | Control.CALL:
                return Opened(path, attempt, inputs_of(plan, state, path, node))
            case Control.WAIT:
                return _wait(path, attempt, node.config, now)
            case Control.STOP:
                status = RunStatus(node.config.get("status", "succeeded"))
                return Stopped(path, attempt, status, str(node.config.get("reason", "")))
    except InputsError as problem:
        return StepFailed(path, attempt, problem.failed, _roll())
    except HandrailError as problem:
        return StepFailed(path, attempt, fail("evaluation", problem.sentence), _roll())
    except ValueError as problem:
        return StepFailed(path, attempt, fail("bad_config", f"Its config cannot be used: {problem}"), _roll())
    raise AssertionError(f"{node.control} is no control word that is answered here")


def _wait(path: str, attempt: int, config: Mapping[str, Any], now: datetime) -> Parked:
    moments = []
    if config.get("wait_for"):
        moments.append(now + timedelta(seconds=read_duration(str(config["wait_for"]))))
    if config.get("until"):
        until = config["until"]
        moment = until if isinstance(until, datetime) else datetime.fromisoformat(str(until))
        if moment.tzinfo is None:
            raise ValueError(f"`until: {until}` does not say its time zone")
        moments.append(moment)
    return _park_until(path, attempt, min(moments, default=None), config.get("signal") or None)


def _park_until(path: str, attempt: int, due: datetime | None, signal: str | None) -> Parked:
    parts = [f"for the signal {signal!r}"] if signal else []
    if due is not None:
        parts.append(f"until {due.isoformat(timespec='seconds')}")
    return Parked(path, attempt, f"It waits {' or '.join(parts)}.", due, signal)


def settle_result(plan: Plan, state: RunState, scope: str) -> Event:
    """A scope's result, or why there is none."""
    try:
        return Settled(scope, normalise(resolve_result(plan, state, scope), {}))
    except HandrailError as problem:
        return SettleFailed(scope, fail("evaluation", problem.sentence))
    except ShapeError as problem:
        return SettleFailed(scope, fail("bad_result", f"The result is not plain data: {problem}"))


def judge(plan: Plan, state: RunState, path: str, attempt: int, turn: int) -> Event:
    """Whether a loop is done."""
    try:
        return Judged(path, turn, judge_loop(plan, state, path, turn))
    except HandrailError as problem:
        return StepFailed(path, attempt, fail("evaluation", problem.sentence), _roll())


# ------------------------------------------------------------------ steps


def ask_people(kind: NodeType, config: Any, inputs: Mapping[str, JSON], path: str, attempt: int) -> Event | Asked:
    """What a node of control `ask` asks."""
    try:
        return _asked(path, attempt, kind.question(config, inputs))
    except NodeError as problem:
        return StepFailed(path, attempt, problem.failed, _roll())
    except Exception as problem:  # a node's code may raise anything; its step fails
        return StepFailed(path, attempt, _broken(kind, problem), _roll())


def _asked(path: str, attempt: int, question: Question) -> Asked:
    return Asked(Parked(path, attempt, f"It waits for people: {question.title}", verdict=question.verdict), question)


def settle_answer(
    kind: NodeType,
    config: Any,
    inputs: Mapping[str, JSON],
    decision: Decision,
    context: RunContext,
    *,
    where: tuple[str, int],
    outgoing: Container[str],
) -> Event | Asked:
    """What a decision means to the node that asked, at `where`: step path and attempt.

    A rejection by whose port nothing goes on (`outgoing` holds the ports with an edge) ends the run as refused.
    """
    try:
        outcome = kind.answer(config, inputs, decision, context)
    except NodeError as problem:
        outcome = problem.failed
    except Exception as problem:  # a node's code may raise anything; its step fails
        outcome = _broken(kind, problem)
    event = event_of(outcome, *where)
    if decision.decision == "reject" and isinstance(event, Finished) and not any(p in outgoing for p in event.ports):
        return StepRefused(*where, f"{decision.by} rejected it: {decision.reason or 'no reason given'}")
    return event


async def run_step(
    kind: NodeType, config: Any, inputs: Mapping[str, JSON], context: RunContext, longest: float | None
) -> Outcome:
    """One attempt of a step, whatever happens in it, but for being cancelled."""
    try:
        if longest is None:
            return await kind.run(config, inputs, context)
        async with asyncio.timeout(longest):
            return await kind.run(config, inputs, context)
    except NodeError as problem:
        return problem.failed
    except LimitReachedError as problem:
        return Refused(str(problem))
    except TimeoutError:
        if longest is None:
            return fail("node_broke", f"{kind.key()} gave up waiting.", FailureClass.TRANSIENT)
        return fail("timed_out", f"It took longer than {longest:g} s.", FailureClass.TRANSIENT)
    except Exception as problem:  # a node's code may raise anything; its step fails
        return _broken(kind, problem)


async def run_blocking(run: Callable[[], Any], pool: Executor) -> Outcome:
    """A step that holds its thread, in a thread of the pool with an event loop of its own."""
    context = contextvars.copy_context()
    loop = asyncio.get_running_loop()
    outcome: Outcome = await loop.run_in_executor(pool, context.run, lambda: asyncio.run(run()))
    return outcome


def _broken(kind: NodeType, problem: BaseException) -> Failed:
    return fail("node_broke", f"{kind.key()} broke off with {type(problem).__name__}. Its author should look at it.")


def event_of(outcome: object, path: str, attempt: int) -> Event | Asked:
    """The event that tells a node's outcome."""
    match outcome:
        case Done():
            return _finish(outcome, path, attempt)
        case Ask(question=question):
            return _asked(path, attempt, question)
        case Wait(until=until, signal=signal):
            return _park_until(path, attempt, until, signal)
        case Refused(reason=reason, verdict=verdict):
            return StepRefused(path, attempt, reason, verdict)
        case Failed():
            return StepFailed(path, attempt, outcome, _roll())
        case _:  # a type from outside may answer anything
            sentence = f"It answered with {type(outcome).__name__}, which is no Outcome."
            return StepFailed(path, attempt, fail("node_broke", sentence), _roll())


def _finish(done: Done, path: str, attempt: int) -> Event:
    try:
        output = normalise(done.output, {})
        size = len(write_json(output))
    except (ShapeError, TypeError, ValueError, RecursionError) as problem:
        sentence = (
            f"Its output is not plain data: {problem if isinstance(problem, ShapeError) else type(problem).__name__}"
        )
        return StepFailed(path, attempt, fail("bad_output", sentence), _roll())
    if size > VALUE_AT_MOST:
        sentence = f"Its output has {size:,} characters; a value has at most {VALUE_AT_MOST:,}."
        return StepFailed(path, attempt, fail("output_too_large", sentence), _roll())
    return Finished(path, attempt, done.taken, output, done.verdict, done.usage)
