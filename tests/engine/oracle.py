"""What a run must come to, known without running it.

The oracle knows neither events nor time: it looks at the graph and at what each step answers, and follows live paths.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from builder.engine.plan import PlanGraph, PlanNode
from builder.sdk import ERROR_PORT, Control

from .simulator import Outcome


@dataclass
class Expected:
    """`fails`: the scope fails. `steps`: step path → final status; absent where it depends on time.

    `unsure`: whether it fails depends on time, because a step may or may not be cancelled before it fails.
    """

    fails: bool = False
    unsure: bool = False
    steps: dict[str, str] = field(default_factory=dict)


def expect_scope(graph: PlanGraph, path: str, outcome: Callable[[str, PlanNode], Outcome]) -> Expected:
    """What a scope comes to, when nobody cancels, refuses or stops."""
    found = Expected()
    ports: dict[str, tuple[str, ...]] = {}
    shaky = {feeder for node in graph.nodes.values() for feeder in node.feeders}
    """Steps that a merge may cancel, and what stands behind their failures."""
    feeders = frozenset(shaky)
    for name, node in graph.nodes.items():
        step = f"{path}.{name}" if path else name
        if any(
            (source in feeders and port == ERROR_PORT) or source in shaky - feeders for source, port in node.incoming
        ):
            shaky.add(name)
        arrived = sum(port in ports[source] for source, port in node.incoming)
        if node.incoming and arrived < max(node.needed, 1):
            ports[name] = ()
            found.steps[step] = "skipped"
            continue
        ports[name] = _end_of(node, step, outcome, found)
        status = "succeeded" if ports[name] and ports[name] != (ERROR_PORT,) else "failed"
        found.steps[step] = status
        if not ports[name]:
            found.unsure, found.fails = found.unsure or name in shaky, found.fails or name not in shaky
    if found.fails:
        found.steps = {}
    for name in shaky:
        step = f"{path}.{name}" if path else name
        found.steps = {known: status for known, status in found.steps.items()
                       if known != step and not known.startswith((f"{step}.", f"{step}["))}  # fmt: skip
    return found


def _end_of(node: PlanNode, step: str, outcome: Callable[[str, PlanNode], Outcome], found: Expected) -> tuple[str, ...]:
    """The ports it takes; none when nobody takes its failure."""
    failed = (ERROR_PORT,) if node.outgoing.get(ERROR_PORT) else ()
    told = outcome(step, node)
    if node.control is Control.MERGE:
        return node.ports[:1]
    if told.end == "fail":
        return failed
    if node.body is None:
        if told.transient >= node.retry.attempts:
            return failed
        return node.ports[:1] if node.control is Control.WAIT else told.ports
    if told.transient:
        return failed  # containers are not retried
    if node.control is Control.CALL:
        inner = [expect_scope(node.body, step, outcome)]
    elif node.control is Control.EACH:
        inner = [expect_scope(node.body, f"{step}[{number}]", outcome) for number in range(told.items)]
    else:
        rounds = min(told.stop_after, node.max_rounds)
        inner = [expect_scope(node.body, f"{step}[{number}]", outcome) for number in range(1, rounds + 1)]
    found.unsure = found.unsure or any(one.unsure for one in inner)
    good = sum(not one.fails for one in inner)
    bad = len(inner) - good
    if bad and not node.keep_errors:
        found.unsure = found.unsure or 0 < node.quorum <= good  # the quorum may be reached before an item fails
        return failed  # which of the other scopes got how far depends on time
    if node.quorum:
        return node.ports[:1] if good >= node.quorum else failed
    for one in inner:
        found.steps.update(one.steps)
    if node.control is Control.REPEAT and told.stop_after > node.max_rounds:
        return ("exhausted",) if node.outgoing.get("exhausted") else failed
    return node.ports[:1]
