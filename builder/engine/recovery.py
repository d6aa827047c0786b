"""Recovery: everything that must go on when the owner of a run is gone.

What was running is asked again where that does no harm: what nobody outside could notice, simply; an effect by what its
type declares of a crash in its midst. `keyed` repeats with the same key, `query` asks the receiver first and
`retry_safe` repeats, all as a further attempt; after `unsafe` a person has to say what became of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from builder.engine.advance import execute, look
from builder.engine.containers import go_on
from builder.engine.events import Execute, Lost, StepWrite, WakeAt
from builder.engine.ledger import Place
from builder.engine.state import RunState, StepState, StepStatus, join_step_path
from builder.engine.turn import Turn, is_light
from builder.sdk import AfterCrash


def find_again(turn: Turn, _event: Lost) -> bool:
    """Asks again for everything that must go on."""
    for scope in turn.scope_paths():
        page = turn.page(scope)
        if page is None:
            continue
        if page.live == 0:
            turn.quiet.append(scope)
        for node in page.graph.nodes.values():
            if turn.ended:
                return True
            _find_step(turn, Place(page, node))
    return bool(turn.writes or turn.commands or turn.quiet)


def _find_step(turn: Turn, place: Place) -> None:
    node, path, step = place.node, place.path, place.step
    if step.status is StepStatus.PENDING:
        look(turn, place.page, node)
    elif step.status in (StepStatus.RETRYING, StepStatus.WAITING):
        if step.due is not None:
            turn.command(WakeAt(path, step.due))
    elif step.status is not StepStatus.RUNNING:
        return
    elif turn.container(path) is not None:
        go_on(turn, place)
    elif is_light(node):
        turn.command(Execute(path, step.attempt))
    elif node.effects.after_crash is AfterCrash.UNSAFE:
        why = "The process ended while it was under way, and nobody saw whether it happened: a person has to say."
        turn.write(StepWrite(path, StepStatus.UNCERTAIN, step.attempt, why=why))
    else:
        twice = node.effects.after_crash is AfterCrash.RETRY_SAFE and node.effects.external
        why = "The process ended while it was under way; it is repeated."
        execute(turn, place, step.attempt + 1, why=why, duplicate=twice)


def explain_wait(state: RunState) -> list[str]:
    """Why a run does not move by itself, one sentence for each step that waits."""
    return [f"{path}: {step.why}" for path, step in _resting(state)]


def _resting(state: RunState) -> Iterator[tuple[str, StepState]]:
    for scope in state.scopes.values():
        for node, step in scope.steps.items():
            if step.status in _RESTING:
                yield join_step_path(scope.path, node), step


_RESTING = (StepStatus.WAITING, StepStatus.RETRYING, StepStatus.UNCERTAIN)
