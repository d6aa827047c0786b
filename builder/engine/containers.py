"""Containers: maps, loops and calls, which run a body in scopes of its own.

A container's step is started like any other; once its inputs are told (`Opened`) it opens scopes: a map one for each
item, at most `concurrency` at once, in item order; a loop one for each round; a call a single one, under its step's own
path. When the last step of a scope has ended, its result is asked for (`Settle`), and with the result the scope ends.
`go_on` then says what is next for the container, from what is known alone; so it also serves after a crash.

A map ends when all its items have, or at its quorum of items that succeeded. With `cancel` the rest is then ended
early; without, items under way run on to their end while the graph behind the map goes on, no further item is opened,
and the run waits for them before it ends. A loop is judged after each round.
"""

from __future__ import annotations

from typing import Any

from builder.engine.advance import look_at_roots
from builder.engine.endings import close_body, error_record, fail_scope, fail_step, scope_paths
from builder.engine.events import Judge, Judged, Opened, RunWrite, Settled, SettleFailed, StepWrite
from builder.engine.ledger import Place
from builder.engine.plan import PlanNode
from builder.engine.state import (
    Container,
    RunStatus,
    StepStatus,
    join_scope_path,
    split_scope_path,
)
from builder.engine.turn import Turn
from builder.sdk import Control, Failed, FailureClass

MOST_ITEMS = 9_999
EXHAUSTED = "exhausted"


# ------------------------------------------------------------------ events


def open_container(turn: Turn, place: Place, event: Opened) -> bool:
    """A container's inputs are known."""
    if place.node.body is None or turn.container(place.path) is not None:
        return False
    problem = _what_is_wrong(place.node, event)
    if problem is not None:
        _fail(turn, place, *problem)
        return True
    inputs = event.inputs if event.items is None else {**event.inputs, "items": list(event.items)}
    turn.write(StepWrite(event.path, StepStatus.RUNNING, place.step.attempt, output=inputs))
    go_on(turn, place)
    return True


def _what_is_wrong(node: PlanNode, event: Opened) -> tuple[str, str] | None:
    if node.control is not Control.EACH:
        return None
    if event.items is None:
        return "no_items", "It was given no list of items."
    if len(event.items) > MOST_ITEMS:
        return "too_many_items", f"It was given {len(event.items):,} items; a map takes at most {MOST_ITEMS:,}."
    return None


def settle_scope(turn: Turn, event: Settled) -> bool:
    """A scope's result is known."""
    page = turn.page(event.scope)
    if page is None or page.live:
        return False
    if event.scope == "":
        turn.end_run(RunWrite(RunStatus.SUCCEEDED, event.result))
    else:
        turn.end_scope(StepWrite(event.scope, StepStatus.SUCCEEDED, output=event.result, scope=True))
    return True


def fail_settling(turn: Turn, event: SettleFailed) -> bool:
    """A scope's result cannot be given."""
    page = turn.page(event.scope)
    if page is None or page.live:
        return False
    fail_scope(turn, page, error_record(turn, event.failed, 1))
    return True


def judge_round(turn: Turn, place: Place, event: Judged) -> bool:
    """A loop's `until` was evaluated: it ends, goes round again, or has no rounds left."""
    container = turn.container(place.path)
    if container is None or container.open or event.round != container.started:
        return False
    last = turn.scope(join_scope_path(event.path, event.round))
    output = None if last is None else last.result
    if event.stop:
        _succeed(turn, place, output)
    elif event.round < place.node.max_rounds:
        _open_scope(turn, join_scope_path(event.path, event.round + 1))
    elif place.node.outgoing.get(EXHAUSTED):
        _succeed(turn, place, output, EXHAUSTED)
    else:
        sentence = f"It went round {place.node.max_rounds} times, as often as it may, and its condition never held."
        _fail(turn, place, "rounds_used_up", sentence)
    return True


# ------------------------------------------------------------------ what is next


def follow_scope(turn: Turn, scope: str) -> None:
    """A scope has ended: its container goes on, unless it has ended itself."""
    path, _ = split_scope_path(scope)
    found = turn.find(path)
    if found is not None and found.step.status is StepStatus.RUNNING:
        go_on(turn, found)


def go_on(turn: Turn, place: Place) -> None:
    """What is next for a container whose inputs are known."""
    node, path = place.node, place.path
    container = turn.container(path)
    if container is None:
        return
    if container.failed and not node.keep_errors:
        error = next(error for _, error in _failures(turn, place, container))
        fail_step(turn, place, error, told=True)
    elif node.control is Control.EACH:
        _go_on_map(turn, place, container)
    elif not container.started:
        _open_scope(turn, path if node.control is Control.CALL else join_scope_path(path, 1))
    elif container.open:
        return
    elif node.control is Control.REPEAT:
        turn.command(Judge(path, container.started))
    else:
        called = turn.scope(path)
        _succeed(turn, place, None if called is None else called.result)


def _go_on_map(turn: Turn, place: Place, container: Container) -> None:
    node, path = place.node, place.path
    items = container.items or ()
    everything = container.started == len(items) and not container.open
    if node.quorum and container.done >= node.quorum:
        if node.cancels:
            close_body(turn, place, f"{path} has all that it needs.")
        _succeed(turn, place, _collect(turn, place, container))
    elif everything and node.quorum:
        sentence = f"{container.done} of {len(items)} items succeeded; {node.quorum} are needed."
        _fail(turn, place, "quorum_missed", sentence)
    elif everything:
        _succeed(turn, place, _collect(turn, place, container))
    else:
        free = min(node.concurrency - container.open, len(items) - container.started)
        for number in range(container.started, container.started + free):
            _open_scope(turn, join_scope_path(path, number))


def _open_scope(turn: Turn, scope: str) -> None:
    turn.write(StepWrite(scope, StepStatus.RUNNING, scope=True))
    look_at_roots(turn, scope)


def _collect(turn: Turn, place: Place, container: Container) -> dict[str, Any]:
    """What a map gives: results in item order, null where an item failed or did not end; and the errors."""
    results: list[Any] = []
    for number in range(len(container.items or ())):
        scope = turn.scope(join_scope_path(place.path, number))
        results.append(scope.result if scope is not None and scope.settled and scope.failed is None else None)
    errors = [{"index": number, "error": error} for number, error in _failures(turn, place, container)]
    return {"items": results, "errors": errors}


def _failures(turn: Turn, place: Place, container: Container) -> list[tuple[int, Any]]:
    """(index, error record) of every scope that failed."""
    if not container.failed:
        return []
    scopes = (turn.scope(scope) for scope in scope_paths(place, container.started))
    return [(scope.index or 0, scope.failed) for scope in scopes if scope is not None and scope.failed is not None]


def _succeed(turn: Turn, place: Place, output: Any, port: str = "") -> None:
    ports = (port or place.node.ports[0],)
    turn.end_step(place, StepWrite(place.path, StepStatus.SUCCEEDED, place.step.attempt, ports, output))


def _fail(turn: Turn, place: Place, code: str, sentence: str) -> None:
    failed = Failed(FailureClass.PERMANENT, code, sentence)
    fail_step(turn, place, error_record(turn, failed, place.step.attempt))
