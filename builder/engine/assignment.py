"""Definite assignment: whatever a node reads is there on every path that reaches it.

Theory. A *scenario* chooses, at each node that runs, one of its ports; a node runs when at least one arrow into it is
taken (dead-path elimination). A need is a set of alternatives (node, ports): it is met when one of these nodes runs and
takes one of these ports. A need of node Y fails when some scenario reaches Y and meets no alternative. On a graph
without cycles that is a game that one backward and one forward pass solve exactly, for all needs at once, one bit each:

- avoid(n): needs that can go unmet although n runs: some port p of n meets none of them, and every node behind p can
  leave them unmet as well;
- reach(n): needs that can go unmet while n runs: every root can avoid them, and some taken arrow (m, p) into n has
  reach(m), and every node behind p avoids them. What stands off the way to n follows its avoiding choice; both choices
  avoid, so they never contradict each other.

A branch that takes every true case is covered: whoever avoids with several ports avoids with one of them.

A scenario that reaches a stop ends without a result, so for the result a stop meets every need.

A merge that goes on after k of m arrows does not wait for the rest, and may cancel it. First only those alternatives
count which every choice of k arrows waits for. If needs fail, each choice is looked at by itself (up to a limit; beyond
it the first, careful answer stands): only arrows of the choice enter the merge, and what none of them waits for may end
without a port where the merge cancels. Such a merge may also starve: fewer than k of its arrows are taken, and it does
not run although some were. Whether it can is again a need: of some m-k+1 of its arrows none is taken, while the source
of another one runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, product
from math import comb

from builder.engine.arcs import MAIN_OR_END
from builder.engine.one_node import merge_count
from builder.engine.order import Ancestors, ancestor_masks
from builder.engine.reading import GraphReading
from builder.sdk import ERROR_PORT, Control

Alternative = tuple[str, frozenset[str]]
"""A node, and the ports of which one must be taken."""

Need = frozenset[Alternative]

RESULT = ""
"""Stands for the result as the reader of a need: it is read when everything has ended."""

MOST_CHOICES = 128
"""How many choices of merges are looked at one by one."""

EdgeKey = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Routes:
    """What can happen in a graph: the nodes in order, their ports, the arrows, and the merges that wait for a part.

    Attributes:
        partial: merge → (how many arrows it waits for, the nodes that it may then cancel).
        stops: nodes that end the run.
    """

    order: tuple[str, ...]
    ports: Mapping[str, tuple[str, ...]]
    edges: tuple[EdgeKey, ...]
    partial: Mapping[str, tuple[int, frozenset[str]]]
    stops: frozenset[str] = frozenset()


def routes_of(graph: GraphReading) -> Routes:
    """The routes of a graph that has no cycle."""
    used: dict[str, set[str]] = {}
    entering: dict[str, int] = {}
    for source, port, target in graph.edges:
        used.setdefault(source, set()).add(port)
        entering[target] = entering.get(target, 0) + 1
    ports: dict[str, tuple[str, ...]] = {}
    partial: dict[str, tuple[int, frozenset[str]]] = {}
    stops: set[str] = set()
    for node_id, node in graph.nodes.items():
        here = used.get(node_id, set())
        own = node.ports or tuple(sorted(here - {ERROR_PORT}))
        control = node.type.control if node.type is not None else Control.STEP
        if control in MAIN_OR_END:
            own = tuple(port for port in own if port == own[0] or port in here)
        ports[node_id] = (*own, ERROR_PORT) if ERROR_PORT in here else own or (RESULT,)
        if control is Control.MERGE and node.config is not None:
            count = merge_count(node)
            if 0 < count < entering.get(node_id, 0):
                cancels = getattr(node.config, "cancel", False)
                partial[node_id] = (count, find_feeders(graph.order, graph.edges, node_id) if cancels else frozenset())
        elif control is Control.STOP:
            stops.add(node_id)
    return Routes(graph.order, ports, graph.edges, partial, frozenset(stops))


def unmet_needs(routes: Routes, ancestors: Ancestors, needs: Iterable[tuple[str, Need]]) -> set[tuple[str, Need]]:
    """Those (reader, need) that some scenario leaves unmet.

    Args:
        routes: what can happen.
        ancestors: of its nodes.
        needs: who reads (a node, or RESULT), and what.
    """
    asked = set(needs)
    bits, above = ancestors
    surely = _surely_waited(routes, bits) if routes.partial else above
    maybe_cut = _cancellable(routes, bits, above, surely)
    careful = _only_waited(asked, bits, surely)
    starving = _find_starving(routes, maybe_cut)
    failed = _play(routes, routes.edges, careful, maybe_cut, starving)
    if not failed or not routes.partial or _count_choices(routes) > MOST_CHOICES:
        return failed
    really: set[tuple[str, Need]] = set()
    for edges in _choices(routes):
        left = failed - really
        if not left:
            break
        _, above_here = ancestor_masks(routes.order, edges)
        cut = _cancellable(routes, bits, above, above_here)
        really |= _play(routes, edges, _only_waited(left, bits, above_here), cut, starving)
    return really


def _only_waited(
    asked: Iterable[tuple[str, Need]], bits: Mapping[str, int], waited: Mapping[str, int]
) -> dict[tuple[str, Need], Need]:
    """What counts of each need: the alternatives that have ended when its reader starts."""
    return {
        (reader, need): frozenset(each for each in need if bits[each[0]] & waited.get(reader, -1))
        for reader, need in asked
    }


def _play(
    routes: Routes,
    edges: Sequence[EdgeKey],
    needs: Mapping[tuple[str, Need], Need],
    cut: frozenset[str],
    starving: frozenset[str],
) -> set[tuple[str, Need]]:
    """Solves the game for these needs (asked → what counts of it) and gives those that can go unmet.

    Args:
        routes: what can happen.
        edges: its arrows, or those of one choice.
        needs: asked → what counts of it.
        cut: nodes that may be cancelled.
        starving: merges that may not run although an arrow into them is taken.
    """
    keys = list(needs)
    full = (1 << len(keys)) - 1
    met: dict[tuple[str, str], int] = {}
    for position, key in enumerate(keys):
        ends = [(stop, routes.ports[stop]) for stop in routes.stops] if key[0] == RESULT else []
        for node_id, ports in (*needs[key], *ends):
            for port in ports:
                met[node_id, port] = met.get((node_id, port), 0) | 1 << position
    behind: dict[tuple[str, str], list[str]] = {}
    entering: dict[str, list[tuple[str, str]]] = {}
    for source, port, target in edges:
        behind.setdefault((source, port), []).append(target)
        entering.setdefault(target, []).append((source, port))
    avoid: dict[str, int] = {}
    through: dict[tuple[str, str], int] = {}
    for node_id in reversed(routes.order):
        mask = full if node_id in cut else 0
        for port in routes.ports[node_id]:
            way = full & ~met.get((node_id, port), 0)
            for target in behind.get((node_id, port), ()):
                if target not in starving:
                    way &= avoid[target]
            through[node_id, port] = way
            mask |= way
        avoid[node_id] = mask
    start = full
    for node_id in routes.order:
        if node_id not in entering:
            start &= avoid[node_id]
    reach: dict[str, int] = {RESULT: start}
    for node_id in routes.order:
        mask = 0 if node_id in entering else start
        for source, port in entering.get(node_id, ()):
            mask |= reach[source] & through.get((source, port), 0)
        reach[node_id] = mask
    return {key for position, key in enumerate(keys) if reach.get(key[0], 0) >> position & 1}


# ---------------------------------------------------------------- merges that wait for a part


def _find_starving(routes: Routes, cut: frozenset[str]) -> frozenset[str]:
    """The merges that may get fewer arrows than they wait for, though some; with many arrows, carefully."""
    found: set[str] = set()
    for merge in (node_id for node_id in routes.order if node_id in routes.partial):
        needed, _ = routes.partial[merge]
        arrows = _arrows_into(routes, merge)
        if needed < 2:
            continue
        if comb(len(arrows), needed - 1) > MOST_CHOICES:
            found.add(merge)
            continue
        asked: dict[tuple[str, Need], Need] = {}
        for missing in combinations(arrows, len(arrows) - needed + 1):
            need = frozenset((source, frozenset({port})) for source, port, _ in missing)
            asked |= {(each[0], need): need for each in arrows if each not in missing}
        if _play(routes, routes.edges, asked, cut, frozenset(found)):
            found.add(merge)
    return frozenset(found)


def _surely_waited(routes: Routes, bits: Mapping[str, int]) -> dict[str, int]:
    """For each node, the nodes that have ended before it starts, whichever arrows its merges went on with."""
    entering: dict[str, list[str]] = {}
    for source, _, target in routes.edges:
        entering.setdefault(target, []).append(source)
    waited: dict[str, int] = {}
    for node_id in routes.order:
        ways = [waited[source] | bits[source] for source in entering.get(node_id, ())]
        least = 1
        if node_id in routes.partial:
            least = len(ways) - routes.partial[node_id][0] + 1  # any choice of k arrows holds one of these
        waited[node_id] = _in_at_least(ways, least)
    return waited


def _in_at_least(masks: Sequence[int], least: int) -> int:
    """The bits that are set in at least so many of the masks."""
    counts = [-1] + [0] * least
    for mask in masks:
        for position in range(least, 0, -1):
            counts[position] |= counts[position - 1] & mask
    return counts[least]


def _cancellable(
    routes: Routes, bits: Mapping[str, int], above: Mapping[str, int], waited: Mapping[str, int]
) -> frozenset[str]:
    """The nodes that a merge may cancel: those before it that it does not wait for."""
    return frozenset(
        feeder
        for merge, (_, feeders) in routes.partial.items()
        for feeder in feeders
        if bits[feeder] & above[merge] & ~waited[merge]
    )


def find_feeders(order: Sequence[str], edges: Iterable[EdgeKey], merge: str) -> frozenset[str]:
    """The nodes that lead to nothing but this merge, which it cancels when it goes on without them.

    Arrows from `error` do not count: a node that is cancelled does not fail.
    """
    behind: dict[str, list[str]] = {}
    for source, port, target in edges:
        if port != ERROR_PORT:
            behind.setdefault(source, []).append(target)
    found = {merge}
    for node_id in reversed(order):
        if node_id in behind and found.issuperset(behind[node_id]):
            found.add(node_id)
    return frozenset(found - {merge})


def _arrows_into(routes: Routes, merge: str) -> list[EdgeKey]:
    return [edge for edge in routes.edges if edge[2] == merge]


def _count_choices(routes: Routes) -> int:
    count = 1
    for merge, (needed, _) in routes.partial.items():
        count *= comb(len(_arrows_into(routes, merge)), needed)
    return count


def _choices(routes: Routes) -> Iterator[tuple[EdgeKey, ...]]:
    """The arrows of the graph under each choice of those that its merges go on with."""
    kept = tuple(edge for edge in routes.edges if edge[2] not in routes.partial)
    ways = [combinations(_arrows_into(routes, merge), needed) for merge, (needed, _) in routes.partial.items()]
    for chosen in islice(product(*ways), MOST_CHOICES):
        yield kept + tuple(edge for group in chosen for edge in group)
