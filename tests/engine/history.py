"""The history checker: what every record of a run must obey, whatever happened while it was made.

It reads rows alone, so the same checker serves the simulator, the stateful tests and the chaos runs on real databases.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from builder.engine.events import RunWrite, StepWrite, Write
from builder.engine.plan import Plan, PlanNode
from builder.engine.state import FINAL_RUNS, FINAL_STEPS, StepStatus, split_scope_path, split_step_path
from builder.engine.turn import is_light
from builder.sdk import Control


class BrokenHistoryError(AssertionError):
    """A record says something that cannot be."""


def check_history(plan: Plan, writes: Sequence[Write], epochs: Sequence[int] = ()) -> None:
    """Raises BrokenHistoryError at the first row that cannot be.

    - a step, a scope and the run have at most one final row, and nothing follows it;
    - a step begins only after an edge to it was taken (a merge: enough of them), and is skipped only when none was;
    - a scope opens only while its container runs, and its steps have rows only while it is open;
    - an effect's result comes after its intent, and a verdict that guards it before the intent (causal order);
    - attempts rise by one; epochs never fall.

    Args:
        plan: what the run ran.
        writes: its rows in order, whole or cut off anywhere between two decisions.
        epochs: the epoch under which each row was written, where epochs are known.
    """
    _Checker(plan).check(writes)
    for before, after in pairwise(epochs):
        _want(before <= after, f"the epoch fell from {before} to {after}")


def _want(holds: bool, sentence: str) -> None:
    if not holds:
        raise BrokenHistoryError(sentence)


class _Checker:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.steps: dict[str, StepWrite] = {}
        self.open: set[str] = set()
        self.closed: set[str] = set()
        self.ended = False

    def check(self, writes: Sequence[Write]) -> None:
        for write in writes:
            _want(not self.ended, f"{write} follows the end of the run")
            if isinstance(write, RunWrite):
                self.ended = write.status in FINAL_RUNS
                _want(self.open <= {""}, f"the run ended while {sorted(self.open)} were open")
            elif write.scope:
                self._scope(write)
            else:
                self._step(write)
        if self.ended and "" in self.open:
            for name in self.plan.graph.nodes:
                row = self.steps.get(name)
                _want(row is not None and row.status in FINAL_STEPS, f"the run ended, but {name} did not")

    def _scope(self, write: StepWrite) -> None:
        path = write.path
        if write.status is StepStatus.RUNNING:
            _want(path not in self.open and path not in self.closed, f"scope {path!r} was opened twice")
            if path:
                container = self.steps.get(split_scope_path(path)[0])
                _want(
                    container is not None and container.status is StepStatus.RUNNING,
                    f"scope {path!r} was opened, but its container does not run",
                )
            self.open.add(path)
            return
        _want(path in self.open, f"scope {path!r} ended, but was not open")
        self.open.remove(path)
        self.closed.add(path)
        for name in self.plan.graph_of(path).nodes:
            row = self.steps.get(f"{path}.{name}")
            _want(row is not None and row.status in FINAL_STEPS, f"scope {path!r} ended, but {name} did not")

    def _step(self, write: StepWrite) -> None:
        scope, name = split_step_path(write.path)
        _want(scope in self.open, f"{write.path} has a row, but its scope is not open")
        node = self.plan.graph_of(scope).nodes[name]
        before = self.steps.get(write.path)
        if before is None:
            self._first(node, scope, write)
        else:
            self._next(before, write)
        if write.status is StepStatus.SUCCEEDED and not is_light(node):
            _want(before is not None, f"{write.path} has a result, but no intent")
        if write.status in FINAL_STEPS and write.status not in (StepStatus.SUCCEEDED, StepStatus.FAILED):
            _want(not write.ports, f"{write.path} is {write.status} and took a port")
        self.steps[write.path] = write

    def _next(self, before: StepWrite, write: StepWrite) -> None:
        path = write.path
        _want(before.status not in FINAL_STEPS, f"{path} had ended ({before.status}) and goes on ({write.status})")
        if write.status is StepStatus.RUNNING and before.status is not StepStatus.RUNNING:
            _want(write.attempt == before.attempt + 1, f"{path}: attempt {write.attempt} follows {before.attempt}")
        else:
            _want(write.attempt - before.attempt in (0, 1), f"{path}: attempt {write.attempt} after {before.attempt}")

    def _first(self, node: PlanNode, scope: str, write: StepWrite) -> None:
        if not node.incoming or write.status is StepStatus.CANCELLED:
            return
        taken, open_ = 0, 0
        for source, port in node.incoming:
            row = self.steps.get(f"{scope}.{source}" if scope else source)
            if row is None or row.status not in FINAL_STEPS:
                open_ += 1
            else:
                taken += port in row.ports
        if write.status is StepStatus.SKIPPED:
            # skipped because no way led here, or because what is around it ended early
            _want(bool(write.why), f"{write.path} was skipped without a reason")
            return
        _want(taken >= max(node.needed, 1), f"{write.path} began, but no way had led to it")
        if not (node.control is Control.MERGE and node.needed):
            _want(not open_, f"{write.path} began before every edge to it was resolved")
