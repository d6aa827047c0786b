"""A Plan is a Woven graph compiled for execution. It cannot be made from anything else.

The machine reads nothing but this: nine control words, ports and edges as plain tuples, and guards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from builder.engine.facts import ConnectionFacts
from builder.engine.graph import Binding
from builder.sdk import ERROR_PORT, Control, Effects, Kind, Schema


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a node is tried: all tries counted, the failure classes retried, the longest delay in seconds."""

    attempts: int = 3
    on: frozenset[str] = frozenset({"transient", "rate_limited"})
    max_delay: float = 60.0


@dataclass(frozen=True, slots=True)
class PlanNode:
    """A node, ready to be scheduled.

    Attributes:
        id: its id inside its graph.
        ports: its outlets, the main one first, without `error`.
        incoming: (source id, port) of every edge that enters; the port is never None.
        outgoing: port → ids of the nodes behind it; `error` is a key when an edge leaves that port.
        pure: the commit class (True: rides with the next commit; False: intent first, synced).
        effects: what this config does, already narrowed.
        needed: for a merge, how many taken edges let it run (0: all edges resolved, at least one taken).
        cancels: for a merge or a map with a quorum, whether the rest is cancelled.
        feeders: for a merge that cancels, the nodes that lead to nothing but it (see `find_feeders`).
        body: the graph inside a container or behind a call.
        concurrency: for a map, how many items at once.
        keep_errors: for a map, whether a failed item leaves the others running.
        quorum: for a map, how many finished items suffice (0: all).
        max_rounds: for a loop.
        until: for a loop, the CEL condition over `result` and `round`.
        in_schema: schema of the record that the node is given, checked at run time, always.
        out_schemas: port → schema of what can be read behind it.
        check: the policy's check name, where it has one.
        labels: for a policy, the labels that its record may carry.
        spends_at_most: worst case of one attempt in the organisation's currency; None where IT set no price.
    """

    id: str
    type: str
    kind: Kind
    control: Control
    ports: tuple[str, ...]
    incoming: tuple[tuple[str, str], ...]
    outgoing: Mapping[str, tuple[str, ...]]
    pure: bool
    effects: Effects
    config: Mapping[str, Any]
    inputs: Mapping[str, Binding]
    in_schema: Schema
    title: str = ""
    retry: RetryPolicy = RetryPolicy()
    timeout: float | None = None
    needed: int = 0
    cancels: bool = False
    feeders: tuple[str, ...] = ()
    body: PlanGraph | None = None
    concurrency: int = 1
    keep_errors: bool = False
    quorum: int = 0
    max_rounds: int = 0
    until: str = ""
    check: str | None = None
    labels: tuple[str, ...] = ()
    woven: bool = False
    target: str | None = None
    spends_at_most: float | None = None
    out_schemas: Mapping[str, Schema] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlanGraph:
    """A graph, ready to be run.

    Attributes:
        nodes: in topological order.
        roots: the nodes that nothing leads to.
        result: the bindings of the result.
        names: everything that may be read in it → its schema: nodes, `input`, `item`, `index`, `round`, `previous`.
    """

    nodes: Mapping[str, PlanNode]
    roots: tuple[str, ...]
    result: Mapping[str, Binding]
    names: Mapping[str, Schema] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Guard:
    """A rule that the machine itself enforces: a `limit` (CEL over `run`) or a `separate` (duties)."""

    rule: str
    template: str
    word: str
    owner: str
    because: str
    expression: str = ""
    duties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run runs.

    Attributes:
        hash: hash of the Woven it was compiled from; a run pins it.
        inputs: schema of the run's input.
        guards: what the machine enforces while it runs.
        retries_at_most: budget of retries of one run, over all its steps.
        authors: who wrote what it was made of: they may be barred from deciding its reviews.
        models: model connection → what was known of it when the plan was proved.
        free_until: `template/rule` → the last day on which that rule does not bind it, by an exemption.
        rules: `template/rule` of every rule that binds it.
        graphs: dotted path of each container (without indices; `""` for the outer graph) → its graph.
        compiled: what `resolve` compiled of this plan so far.
    """

    hash: str
    name: str
    graph: PlanGraph
    inputs: Schema
    guards: tuple[Guard, ...] = ()
    result_schema: Schema = field(default_factory=dict)
    retries_at_most: int = 200
    authors: tuple[str, ...] = ()
    models: Mapping[str, ConnectionFacts] = field(default_factory=dict)
    free_until: Mapping[str, date] = field(default_factory=dict)
    rules: frozenset[str] = frozenset()
    graphs: Mapping[str, PlanGraph] = field(init=False, repr=False, compare=False)
    compiled: dict[Any, Any] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Looks up every graph once."""
        object.__setattr__(self, "graphs", dict(_all_graphs("", self.graph)))

    def graph_of(self, scope: str) -> PlanGraph:
        """The graph that a scope runs: of `rows[3].redraft[1]`, the body of `redraft` in the body of `rows`."""
        return self.graphs[_INDEX.sub("", scope)] if scope else self.graph


_INDEX = re.compile(r"\[[0-9]+\]")


def _all_graphs(path: str, graph: PlanGraph) -> Iterator[tuple[str, PlanGraph]]:
    yield path, graph
    for node in graph.nodes.values():
        if node.body is not None:
            yield from _all_graphs(f"{path}.{node.id}" if path else node.id, node.body)


def find_feeders(nodes: Mapping[str, PlanNode], merge: str) -> tuple[str, ...]:
    """The nodes that lead to nothing but this merge: cancelling them takes nothing from anyone else.

    Such a node has an edge on a port other than `error`, and all those edges end at the merge or at another feeder. A
    node without edges is no feeder: what it does is wanted for itself. Edges on `error` do not count, because a
    cancelled node does not fail.

    Args:
        nodes: the graph, in topological order.
        merge: id of the merge.
    """
    found: set[str] = set()
    for node in reversed(tuple(nodes.values())):
        behind = [target for port, targets in node.outgoing.items() if port != ERROR_PORT for target in targets]
        if behind and all(target == merge or target in found for target in behind):
            found.add(node.id)
    return tuple(node for node in nodes if node in found)
