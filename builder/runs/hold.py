"""A Hold is one claimed run in this process's hands: what stays the same while it is here."""

from __future__ import annotations

from dataclasses import dataclass

from builder.engine.plan import Plan, PlanNode
from builder.engine.state import RunState, StepState, split_step_path
from builder.runs.allowance import Allowance
from builder.runs.committer import Committer
from builder.runs.hot import Claim
from builder.runs.loading import RunTokens
from builder.runs.ports import Reach
from builder.sdk import JSON, Mode


@dataclass(frozen=True, slots=True)
class Hold:
    """One claimed run.

    Attributes:
        owner: the worker; with the claim's epoch it is the fence.
        mode: how the run treats the world.
        given: what the run was started with beside its input: `pins`, `answers`.
        tokens: its token book.
        allowance: what it may still spend.
        marks: step path → what people must know of the step.
    """

    owner: str
    claim: Claim
    plan: Plan
    mode: Mode
    given: JSON
    tokens: RunTokens
    allowance: Allowance
    marks: dict[str, tuple[str, ...]]
    reach: Reach
    committer: Committer

    @property
    def run_id(self) -> int:
        """The run."""
        return self.claim.run_id

    def node(self, path: str) -> PlanNode:
        """The node behind a step path."""
        scope, node_id = split_step_path(path)
        return self.plan.graph_of(scope).nodes[node_id] if scope else self.plan.graph.nodes[node_id]

    def mark(self, path: str, mark: str) -> None:
        """Notes something that people must know of a step; its next row keeps it."""
        marks = self.marks.get(path, ())
        if mark not in marks:
            self.marks[path] = (*marks, mark)


def step_at(state: RunState, path: str) -> StepState | None:
    """Where a step stands, while its scope is open."""
    scope, node_id = split_step_path(path)
    found = state.scopes.get(scope)
    return None if found is None else found.steps.get(node_id)
