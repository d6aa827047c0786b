"""What a run may still spend while it is in this process's hands: asked before each question to a model.

A question's worst case is known once it stands, so the limits are asked again then, with what every other question that
is under way may still cost. A question that ends gives its worst case back and leaves what it did cost, which is kept
with the run's next commit for the budgets of its team, workflow and connection.
"""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from builder.engine.guards import check_limits
from builder.engine.plan import Plan, PlanNode
from builder.engine.state import RunState
from builder.governance import Spent
from builder.sdk import ModelAnswer, NodeError, Usage


class LimitReachedError(Exception):
    """A question that a limit of governance forbids; the sentence says which. The run ends refused."""


_NOTHING = Spent()


@dataclass(frozen=True, slots=True)
class _Tally:
    spent: float
    spending: Mapping[str, float]
    tokens: int
    retries: int
    items: int
    steps: int
    models: tuple[str, ...]


class Allowance:
    """The limits of one plan, and what its run spends here."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._state: RunState | None = None
        self._spent = 0.0
        self._open: dict[str, float] = {}
        self._uncounted: list[tuple[str, Spent]] = []

    def take_spent(self) -> list[tuple[str, Spent]]:
        """What questions cost since this was last asked, by connection."""
        spent, self._uncounted = self._uncounted, []
        return spent

    def look_at(self, state: RunState) -> None:
        """Takes the run as it stands now; what it had cost before this process held it is read from the first."""
        if self._state is None:
            self._spent = state.spent
        self._state = state

    async def ask(
        self, path: str, node: PlanNode, connection: str, most: float, question: Coroutine[Any, Any, ModelAnswer]
    ) -> ModelAnswer:
        """Asks a question to a connection that costs at most `most`.

        Raises:
            LimitReachedError: a limit forbids it; nothing was asked.
            NodeError: the model did not answer.
        """
        refusal = self._refuse(path, node, most)
        if refusal is not None:
            question.close()
            raise LimitReachedError(refusal)
        self._open[path] = most
        usage: Usage | None = Usage(cost=most)  # whatever is cancelled in the middle may have cost all of it
        try:
            answer = await question
            usage = answer.usage
            return answer
        except NodeError as problem:
            usage = problem.failed.usage
            raise
        finally:
            del self._open[path]
            if usage is not None:
                self._spent += usage.cost
                spent = Spent(usage.cost, usage.tokens_in + usage.tokens_out)
                if spent != _NOTHING and not usage.practice:
                    self._uncounted.append((connection, spent))

    def _refuse(self, path: str, node: PlanNode, most: float) -> str | None:
        state = self._state
        if state is None:
            return None
        tally = _Tally(self._spent, self._open, state.tokens, state.retries, state.items, state.steps, state.models)
        return check_limits(self._plan, tally, node, path, at_most=most)
