"""Steering: which nodes run or not by a choice on untrusted values. TRUSTED, as a part of the label pass.

What stands behind a choice is steered until its ports join again, which is at its nearest post-dominator, or until a
review has shown people which way was taken (Ferrante, Ottenstein, Warren 1987, control dependence).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from builder.engine.facts import Facts, join_path, scope_of
from builder.engine.order import order_nodes
from builder.sdk import Control, Kind

_END, _MAIN = "", ""


def find_steered(facts: Facts, untrusted: Iterable[str]) -> frozenset[str]:
    """Paths of all steered nodes.

    Args:
        facts: the workflow.
        untrusted: paths of the nodes whose door is reached by untrusted values.
    """
    choices: dict[str, list[str]] = {}
    for path in untrusted:
        if facts.type_of(path).control is Control.CHOOSE:
            choices.setdefault(scope_of(path), []).append(path)
    steered: set[str] = set()
    for scope, paths in choices.items():
        behind = _edges_of(facts, scope)
        bits, masks = _post_dominators(behind)
        for path in paths:
            steered |= _region(facts, behind, path, bits, masks[path])
    inside = tuple(f"{path}." for path in steered if path in facts.scopes)
    steered |= {path for path in facts.nodes if path.startswith(inside)} if inside else set()
    return frozenset(steered)


def _edges_of(facts: Facts, scope: str) -> dict[str, set[str]]:
    """What follows each node of a graph; the end follows a node that may be the last."""
    behind: dict[str, set[str]] = {path: set() for path in facts.nodes if scope_of(path) == scope}
    wired: dict[str, set[str]] = {path: set() for path in behind}
    for source, port, target in facts.scopes[scope].edges:
        start = join_path(scope, source)
        behind[start].add(join_path(scope, target))
        wired[start].add(port or _MAIN)
    for path, targets in behind.items():
        main, *others = facts.nodes[path].ports or (_MAIN,)
        open_main = not wired[path] & {main, _MAIN}
        if open_main or set(others) - wired[path]:
            targets.add(_END)
    return behind


def _post_dominators(behind: Mapping[str, set[str]]) -> tuple[dict[str, int], dict[str, int]]:
    """For each node its own bit, and the bits of those that stand on all its ways to the end, itself included."""
    order, _ = order_nodes(behind, ((path, target) for path, targets in behind.items() for target in targets))
    bits = {path: 1 << position for position, path in enumerate(order)}
    masks = {_END: 0}
    for path in reversed(order):
        common = -1
        for target in behind[path]:
            common &= masks[target]
        masks[path] = common | bits[path]
    return bits, masks


def _region(facts: Facts, behind: Mapping[str, set[str]], choice: str, bits: Mapping[str, int], joins: int) -> set[str]:
    """The nodes behind a choice, up to where its ways join and up to reviews, which belong to it."""
    region: set[str] = set()
    open_ = list(behind[choice])
    while open_:
        path = open_.pop()
        if path == _END or path in region or joins & bits[path]:
            continue
        region.add(path)
        if facts.type_of(path).kind is not Kind.REVIEW:
            open_.extend(behind[path])
    return region
