"""Pure decisions: what a retry from a step keeps of the earlier run, and what is a reason to look inside one."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from builder.engine.plan import Plan, PlanGraph
from builder.engine.state import StepStatus, split_scope_path, split_step_path
from builder.runs.schemas import RUN, SCOPE, Row
from builder.sdk import ERROR_PORT, Control

LOOK_LASTS = timedelta(hours=1)
"""How long an admin who looks inside a run may read what went through it."""
LOOK_REASON_LEAST = 12
"""Characters of the shortest reason: a word or two tell the owner nothing."""


def tidy_reason(said: str) -> str:
    """A reason as one line."""
    return " ".join(said.split())


def tells_enough(reason: str) -> bool:
    """Whether a reason, as one line, can be a sentence: some words of letters, not one word or a row of signs."""
    words = [word for word in reason.split() if any(each.isalpha() for each in word)]
    return len(reason) >= LOOK_REASON_LEAST and len(words) > 1


def nodes_from(graph: PlanGraph, starts: Iterable[str]) -> set[str]:
    """Some nodes and everything behind them."""
    found: set[str] = set()
    todo = list(starts)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += [target for targets in graph.nodes[name].outgoing.values() for target in targets]
    return found


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a record is cut.

    Attributes:
        around: the scopes that the steps to begin from lie in, outwards to the outer one.
        containers: the containers of those scopes; they go on instead of beginning again.
        gone: scope → its nodes that run again.
        rounds: loop among the containers → the round that goes on.
    """

    around: frozenset[str]
    containers: frozenset[str]
    gone: dict[str, set[str]]
    rounds: dict[str, int]


def cut_record(plan: Plan, starts: Collection[str]) -> Cut:
    """Where a record is cut so that these steps, and all that stands behind them, run again."""
    again: dict[str, set[str]] = {}
    containers: set[str] = set()
    rounds: dict[str, int] = {}
    for start in starts:
        path = start
        while True:
            scope, node = split_step_path(path)
            again.setdefault(scope, set()).add(node)
            if not scope:
                break
            path, number = split_scope_path(scope)
            containers.add(path)
            outer, name = split_step_path(path)
            if number is not None and plan.graph_of(outer).nodes[name].control is Control.REPEAT:
                rounds[path] = min(number, rounds.get(path, number))
    gone = {scope: nodes_from(plan.graph_of(scope), nodes) for scope, nodes in again.items()}
    return Cut(frozenset(again), frozenset(containers), gone, rounds)


def keep_rows(plan: Plan, rows: Sequence[Row], starts: Collection[str]) -> list[Row]:
    """The rows that a retry from these steps begins with, in order; what is not kept, the machine finds again.

    Kept is what came to a good end and does not stand behind one of the steps. Of a container around a step its inputs
    and its bodies are kept, but not its end; of a loop no later round.

    Args:
        plan: what both runs run.
        rows: the record of the earlier run.
        starts: step paths to begin from.
    """
    cut = cut_record(plan, starts)
    return [row for row in rows if _is_kept(row, cut)]


def _is_kept(row: Row, cut: Cut) -> bool:
    if row.kind == RUN:
        return False
    if row.kind == SCOPE:
        goes_on = row.status == StepStatus.RUNNING.value
        ended_well = row.status == StepStatus.SUCCEEDED.value and row.path not in cut.around
        return (goes_on or ended_well) and _is_open(row.path, cut)
    scope, node = split_step_path(row.path)
    if not _is_open(scope, cut):
        return False
    if row.path in cut.containers:
        return row.status == StepStatus.RUNNING.value and (row.output is not None or row.output_ref is not None)
    if node in cut.gone.get(scope, ()):
        return False
    caught = row.status == StepStatus.FAILED.value and ERROR_PORT in json.loads(row.record).get("ports", ())
    return caught or row.status == StepStatus.SUCCEEDED.value


def _is_open(scope: str, cut: Cut) -> bool:
    """Whether a scope goes on. Of a container that is not cut, its own end says everything."""
    if not scope:
        return True
    container, number = split_scope_path(scope)
    return container in cut.containers and (number or 0) <= cut.rounds.get(container, number or 0)


def copy_row(row: Row, seq: int, mark: str) -> Row:
    """A kept row as the new run has it: marked, without what it cost, without the old run's sealed tokens."""
    record = json.loads(row.record)
    record.pop("usage", None)
    record["marks"] = [*record.get("marks", ()), mark]
    return row._replace(seq=seq, record=json.dumps(record, ensure_ascii=False, separators=(",", ":")), secret=None)
