"""An Order puts the nodes of a graph so that each stands behind all it waits for."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from builder.engine.graph import Edge
from builder.sdk import MAIN


def order_nodes(ids: Iterable[str], edges: Iterable[tuple[str, str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Topological order, ties by id (Kahn 1962), and what could not be ordered because of a cycle, as it was written.

    Args:
        ids: the nodes.
        edges: (from, to) between them; others are left out.
    """
    waits = dict.fromkeys(ids, 0)
    behind: dict[str, list[str]] = {node: [] for node in waits}
    for source, target in edges:
        if source in behind and target in behind:
            behind[source].append(target)
            waits[target] += 1
    ready = [node for node, count in waits.items() if count == 0]
    heapq.heapify(ready)
    order = []
    while ready:
        node = heapq.heappop(ready)
        order.append(node)
        for target in behind[node]:
            waits[target] -= 1
            if waits[target] == 0:
                heapq.heappush(ready, target)
    placed = set(order)
    return tuple(order), tuple(node for node in waits if node not in placed)


def join_edges(edges: Iterable[Edge], ports: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, str, str], ...]:
    """Every arrow between known nodes as (source, port, target), the main port by its name, each once.

    Args:
        edges: the arrows as written.
        ports: node → its outlets, the main one first.
    """
    found: dict[tuple[str, str, str], None] = {}
    for edge in edges:
        source, _, port = edge.from_.partition(".")
        if source in ports and edge.to in ports and edge.to != source:
            main = ports[source][0] if ports[source] else MAIN.name
            found[source, port or main, edge.to] = None
    return tuple(found)


Ancestors: TypeAlias = tuple[Mapping[str, int], Mapping[str, int]]
"""For each node its own bit, and the bits of all that stands before it."""


def ancestor_masks(order: Iterable[str], edges: Iterable[tuple[str, str, str]]) -> Ancestors:
    """Who stands before whom.

    Args:
        order: the nodes in topological order.
        edges: (source, port, target) between them.
    """
    bits = {node: 1 << position for position, node in enumerate(order)}
    before: dict[str, list[str]] = {node: [] for node in bits}
    for source, _, target in edges:
        if source in bits and target in bits:
            before[target].append(source)
    above: dict[str, int] = {}
    for node in bits:
        mask = 0
        for source in before[node]:
            mask |= above[source] | bits[source]
        above[node] = mask
    return bits, above
