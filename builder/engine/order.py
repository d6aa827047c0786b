"""An Order puts the nodes of a graph so that each stands behind all it waits for."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping


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


def ancestor_masks(
    order: Iterable[str], edges: Iterable[tuple[str, str]]
) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """For each node its own bit, and the bits of all that stands before it.

    Args:
        order: the nodes in topological order.
        edges: (from, to) between them.
    """
    bits = {node: 1 << position for position, node in enumerate(order)}
    before: dict[str, list[str]] = {node: [] for node in bits}
    for source, target in edges:
        if source in bits and target in bits:
            before[target].append(source)
    above: dict[str, int] = {}
    for node in bits:
        mask = 0
        for source in before[node]:
            mask |= above[source] | bits[source]
        above[node] = mask
    return bits, above
