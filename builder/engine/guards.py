"""Guards: the limits of governance that the machine itself keeps, asked before each step that spends.

A limit is CEL over `run`: `cost` (so far, plus the worst case of what runs right now and of the step that is asked
for), `items` (map items opened), `retries`, `steps` (steps that ended), `tokens`, `models` (their names). A limit that
cannot be evaluated forbids: it fails closed. Duties (`separate`) are checked where people are known.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Protocol

from builder.engine.plan import Guard, Plan, PlanNode
from builder.kit.errors import HandrailError
from builder.kit.expressions import compile_expression


class Tally(Protocol):
    """What a run has used so far; a RunState is one."""

    @property
    def spent(self) -> float:
        """Cost so far, in the organisation's currency."""

    @property
    def tokens(self) -> int:
        """Tokens in and out so far."""

    @property
    def retries(self) -> int:
        """Retries so far."""

    @property
    def items(self) -> int:
        """Map items opened so far."""

    @property
    def steps(self) -> int:
        """Steps that ran to an end so far."""

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the models that answered."""

    @property
    def spending(self) -> Mapping[str, float]:
        """Step path → worst case, of the steps that spend right now."""


RUN_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "cost": {"type": "number"},
        "items": {"type": "integer"},
        "retries": {"type": "integer"},
        "steps": {"type": "integer"},
        "tokens": {"type": "integer"},
        "models": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["cost", "items", "retries", "steps", "tokens", "models"],
    "additionalProperties": False,
}
"""What a limit may read as `run`."""


def check_limits(plan: Plan, tally: Tally, node: PlanNode, path: str, at_most: float | None = None) -> str | None:
    """Why this step may not start under the plan's limits, as one sentence; None when it may.

    The machine asks before the step starts, with the worst case that the plan knows. Whoever carries it out asks again
    where the worst case is known better: when the question to the model stands.

    Args:
        plan: the plan, with its guards.
        tally: what the run has used so far; a RunState is one.
        node: the node of the step that would spend.
        path: the step's path.
        at_most: what this attempt may cost at most; by default what the plan says. Where neither says, nothing is
            added: a connection without prices costs nothing that could be counted.
    """
    limits = [guard for guard in plan.guards if guard.word == "limit"]
    if not limits:
        return None
    mine = at_most if at_most is not None else node.spends_at_most or 0.0
    others = (most for step, most in tally.spending.items() if step != path)
    cost = math.fsum((tally.spent, *others, mine))
    run = {
        "cost": cost,
        "items": tally.items,
        "retries": tally.retries,
        "steps": tally.steps,
        "tokens": tally.tokens,
        "models": list(tally.models),
    }
    for guard in limits:
        refusal = _ask(guard, run, node)
        if refusal is not None:
            return refusal
    return None


def _ask(guard: Guard, run: Mapping[str, Any], node: PlanNode) -> str | None:
    named = f"the limit {guard.rule!r} of {guard.template!r} ({guard.owner}): {guard.expression}"
    try:
        holds = compile_expression(guard.expression, {"run": RUN_SCHEMA}, "boolean").evaluate({"run": run})
    except HandrailError as error:
        return f"{node.id} may not start, because {named} cannot be evaluated: {error.sentence}"
    if holds is True:
        return None
    return f"{node.id} may not start: with it the run could cost {run['cost']:.4g}, which breaks {named}"
