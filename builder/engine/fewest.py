"""The fewest doors that cover every path of a question: a minimum vertex cut, found by maximum flow.

Between the doors lies all else that values pass. A door costs what the rule says, and a little more the farther it is
from the target, so that of equal cuts the one nearest to the targets is taken.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from builder.engine.arcs import DOOR, ITEM, RESULT, FlowGraph
from builder.engine.questions import Question


def find_cut(
    flow: FlowGraph, question: Question, doors_of: Callable[[int], str | None], cost: int
) -> frozenset[str] | None:
    """The doors of a smallest cut, or None when no set of doors covers every path.

    Args:
        flow: the graph.
        question: whose targets are reached.
        doors_of: for a door's vertex, the door that one can stand at, or None where the guard cannot stand.
        cost: what one guard costs.
    """
    import networkx as nx  # heavy: loaded on first use

    steps, entries = _between_doors(flow, question)
    targets = [target for target in question.targets if target in steps]
    distance = _distances(steps, targets)
    most = 1 + sum(distance.values()) + len(distance)
    graph: Any = nx.DiGraph()
    for vertex in sorted(distance):
        name = doors_of(vertex)
        where = f"at {name}" if name is not None else f"in {vertex}"
        if name is None:
            graph.add_edge((where, 0), (where, 1))
        else:
            old = graph.get_edge_data((where, 0), (where, 1), {}).get("capacity")
            price = cost * most + distance[vertex]
            graph.add_edge((where, 0), (where, 1), capacity=price if old is None else min(old, price))
        if vertex in entries:
            graph.add_edge("from", (where, 0))
        if vertex in targets:
            graph.add_edge((where, 1), "to")
        for behind in sorted(steps[vertex]):
            if behind in distance:
                following = doors_of(behind)
                graph.add_edge((where, 1), (f"at {following}" if following is not None else f"in {behind}", 0))
    if "from" not in graph or "to" not in graph:
        return frozenset()
    try:
        _, (_, beyond) = nx.minimum_cut(graph, "from", "to", flow_func=nx.algorithms.flow.dinitz)
    except nx.NetworkXUnbounded:
        return None
    return frozenset(
        where[0].removeprefix("at ")
        for where in beyond
        if where != "to" and where[1] == 1 and (where[0], 0) not in beyond
    )


def _between_doors(flow: FlowGraph, question: Question) -> tuple[dict[int, set[int]], set[int]]:
    """For each door that is reached, the doors that can come next; and the doors that come first.

    What a container hands to its body counts as passing its door: who stands there stands before both.
    """
    entries: set[int] = set()
    for start in question.starts:
        if _is_door(flow, start):
            entries.add(start)
        else:
            entries |= _next_doors(flow, question, [start])
    steps: dict[int, set[int]] = {}
    open_ = list(entries)
    while open_:
        door = open_.pop()
        if door in steps:
            continue
        steps[door] = _next_doors(flow, question, [door, *_handed(flow, question, door)])
        open_.extend(steps[door])
    return steps, entries


def _is_door(flow: FlowGraph, vertex: int) -> bool:
    path, slot = flow.vertices[vertex]
    return slot == DOOR or (not path and slot == RESULT)


def _handed(flow: FlowGraph, question: Question, door: int) -> Iterable[int]:
    """What a container hands to its body, as far as the question is about it."""
    path, slot = flow.vertices[door]
    given = flow.handed.get(path, ()) if slot == DOOR else ()
    return [each for each in given if question.open[each]]


def _next_doors(flow: FlowGraph, question: Question, starts: Iterable[int]) -> set[int]:
    found: set[int] = set()
    seen = set(starts)
    open_ = list(seen)
    while open_:
        for behind in question.arcs[open_.pop()]:
            if not question.open[behind]:
                continue
            path, slot = flow.vertices[behind]
            if _is_door(flow, behind):
                found.add(behind)
            elif path and (slot == ITEM or slot.startswith(".input.")):
                found.add(flow.doors[path])
            elif behind not in seen:
                seen.add(behind)
                open_.append(behind)
    return found


def _distances(steps: dict[int, set[int]], targets: Iterable[int]) -> dict[int, int]:
    """How many doors stand between a door and the nearest target, for every door from which one can be reached."""
    back: dict[int, list[int]] = {}
    for door, behind in steps.items():
        for each in behind:
            back.setdefault(each, []).append(door)
    distance = dict.fromkeys(targets, 0)
    open_ = deque(distance)
    while open_:
        door = open_.popleft()
        for before in back.get(door, ()):
            if before not in distance:
                distance[before] = distance[door] + 1
                open_.append(before)
    return distance
