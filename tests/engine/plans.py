"""Plans made by hand, for tests of the machine alone: no workflow file, no types, no bindings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from builder.engine.plan import Guard, Plan, PlanGraph, PlanNode, RetryPolicy, find_feeders
from builder.sdk import AfterCrash, Control, Effect, Effects, Kind

PORTS = {
    Control.CHOOSE: ("a", "b", "c"),
    Control.REPEAT: ("done", "exhausted"),
    Control.WAIT: ("done", "timeout"),
    Control.ASK: ("approved", "rejected"),
}

WRITES = Effects(Effect.WRITE, external=True, after_crash=AfterCrash.UNSAFE)
KEYED = Effects(Effect.WRITE, external=True, after_crash=AfterCrash.KEYED)
PROMPT = Effects(Effect.READ, external=True, spends=True)


def step(control: Control = Control.STEP, **fields: Any) -> PlanNode:
    """A node without its edges; `make_graph` joins it."""
    effects = fields.pop("effects", Effects())
    ports = fields.pop("ports", PORTS.get(control, ("done",)))
    return PlanNode(
        id="", type="test.step@1", kind=Kind.TOOL, control=control, ports=ports,
        incoming=(), outgoing={}, pure=effects.pure, effects=effects, config={}, inputs={}, in_schema={},
        retry=fields.pop("retry", RetryPolicy()), **fields,
    )  # fmt: skip


def make_graph(nodes: Mapping[str, PlanNode], edges: Sequence[str] = ()) -> PlanGraph:
    """Nodes in topological order as given, and edges as `a -> b` or `a.port -> b`."""
    incoming: dict[str, list[tuple[str, str]]] = {name: [] for name in nodes}
    outgoing: dict[str, dict[str, list[str]]] = {name: {} for name in nodes}
    for edge in edges:
        start, target = (part.strip() for part in edge.split("->"))
        source, _, port = start.partition(".")
        port = port or nodes[source].ports[0]
        incoming[target].append((source, port))
        outgoing[source].setdefault(port, []).append(target)
    joined = {
        name: replace(
            node,
            id=name,
            incoming=tuple(incoming[name]),
            outgoing={port: tuple(targets) for port, targets in outgoing[name].items()},
        )
        for name, node in nodes.items()
    }
    for name, node in joined.items():
        if node.control is Control.MERGE and node.cancels:
            joined[name] = replace(node, feeders=find_feeders(joined, name))
    return PlanGraph(joined, tuple(name for name, node in joined.items() if not node.incoming), {})


def make_plan(
    nodes: Mapping[str, PlanNode], edges: Sequence[str] = (), *, guards: tuple[Guard, ...] = (), **fields: Any
) -> Plan:
    """A plan over such a graph."""
    return Plan("0" * 64, "test", make_graph(nodes, edges), {}, guards, **fields)
