"""Random plans, and random answers that depend on a step's path alone."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st

from builder.engine.plan import Plan, PlanGraph, PlanNode, RetryPolicy
from builder.sdk import AfterCrash, Control, Effect, Effects

from .plans import KEYED, PROMPT, WRITES, make_graph, step
from .simulator import Outcome, Outcomes

LEAVES = [Control.STEP, Control.STEP, Control.STEP, Control.CHOOSE, Control.MERGE, Control.WAIT, Control.ASK]
BODIES = [Control.EACH, Control.REPEAT, Control.CALL]
QUERY = Effects(Effect.WRITE, after_crash=AfterCrash.QUERY)


@st.composite
def graphs(draw: st.DrawFn, depth: int = 2, most: int = 7) -> PlanGraph:
    """A random acyclic graph, with containers up to a depth."""
    size = draw(st.integers(1, most))
    nodes: dict[str, PlanNode] = {}
    edges: dict[str, None] = {}
    for number in range(size):
        name = f"n{number}"
        control = draw(st.sampled_from(LEAVES + (BODIES if depth else [])))
        entering = []
        for source in draw(st.sets(st.sampled_from(sorted(nodes)), max_size=3)) if nodes else ():
            ports = [*nodes[source].ports, "error"]
            for port in sorted(draw(st.sets(st.sampled_from(ports), min_size=1, max_size=2))):
                entering.append(f"{source}.{port} -> {name}")
        nodes[name] = _node(draw, control, len(entering), depth)
        edges.update(dict.fromkeys(entering))
    return make_graph(nodes, tuple(edges))


def _node(draw: st.DrawFn, control: Control, entering: int, depth: int) -> PlanNode:
    if control is Control.STEP:
        effects = draw(st.sampled_from([Effects(), Effects(), KEYED, PROMPT, WRITES, QUERY]))
        return step(effects=effects, retry=RetryPolicy(attempts=draw(st.integers(1, 3))))
    if control is Control.MERGE:
        return step(control, needed=draw(st.integers(0, max(entering, 1))), cancels=draw(st.booleans()))
    if control not in BODIES:
        return step(control)
    body = draw(graphs(depth=depth - 1, most=4))
    if control is Control.EACH:
        return step(
            control, body=body, concurrency=draw(st.integers(1, 3)), keep_errors=draw(st.booleans()),
            quorum=draw(st.sampled_from([0, 0, 1, 2])), cancels=draw(st.booleans()),
        )  # fmt: skip
    return step(control, body=body, max_rounds=draw(st.integers(1, 3)))


class Shown:
    """A plan that prints short, so that a failing example can be read."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def __repr__(self) -> str:
        return _show(self.plan.graph)


def _show(graph: PlanGraph) -> str:
    lines = []
    for node in graph.nodes.values():
        ways = ", ".join(f"{port}>{'+'.join(targets)}" for port, targets in node.outgoing.items())
        extra = f" needs {node.needed}{' cancels' if node.cancels else ''}" if node.control is Control.MERGE else ""
        body = f" {_show(node.body)}" if node.body else ""
        if node.control is Control.EACH:
            extra = f" quorum {node.quorum}{' keeps' * node.keep_errors}{' cancels' * node.cancels}"
        lines.append(f"{node.id}:{node.control.value}{extra}[{ways}]{body}")
    return "{" + "; ".join(lines) + "}"


@st.composite
def plans(draw: st.DrawFn, depth: int = 2) -> Shown:
    """A random plan."""
    return Shown(Plan("0" * 64, "random", draw(graphs(depth=depth)), {}))


def answers(seed: int, *, failing: float = 0.1, refusing: float = 0.0, stopping: float = 0.0) -> Outcomes:
    """What each step answers: drawn from the seed and its path, so the same whenever it is asked."""

    def outcome(path: str, node: PlanNode) -> Outcome:
        dice = Random(f"{seed}:{path}")  # a simulation's dice, not a secret
        end = "done"
        if dice.random() < failing:
            end = "fail"
        elif dice.random() < refusing:
            end = "refuse"
        many = dice.randint(1, len(node.ports)) if node.control is Control.CHOOSE else 1
        return Outcome(
            ports=tuple(sorted(dice.sample(node.ports, many))),
            transient=dice.choice([0, 0, 0, 1, 2, 3]),
            end=end,
            items=dice.choice([0, 1, 2, 3, 5]),
            stop_after=dice.randint(1, 4),
        )

    return outcome
