"""A Door is the place before a node, or before the result, where what governance requires stands.

What stands there takes the target's bindings verbatim and gives a record of the same fields; the target reads that
record and nothing else. All edges into the target lead to the first that stands there, one edge leads from each to the
next. This file knows that one way of rebinding, forwards on facts and on the plain graph, and backwards.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from builder.engine.arcs import loose_ports
from builder.engine.facts import Facts, NodeFacts, Reads, ScopeFacts, join_path, scope_of
from builder.engine.graph import WOVEN_PREFIX
from builder.engine.questions import BoundRule

RESULT = "result"
RESULT_AT = ".result"
"""The door of the run's result, among paths of nodes."""
RECORD = "record"
MAX_ID = 64
_EDGE = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Stand:
    """What a rule wants at a door.

    Attributes:
        config: as the rule writes it.
        facts: what is known of it before it is joined to anything.
        rank: 0 turns tokens back, 1 masks, 2 checks otherwise, 3 asks people: the order at a door.
        restores: whether it turns tokens back for a rule that masks.
    """

    bound: BoundRule
    type: str
    config: Mapping[str, Any]
    facts: NodeFacts
    rank: int
    restores: bool = False

    @property
    def order(self) -> tuple[int, str, str, bool]:
        """Its place at a door: by what it does, ties by template, then rule id."""
        return self.rank, self.bound.template.name, self.bound.rule.id, self.restores


@dataclass(frozen=True, slots=True)
class Placed:
    """What stands at a door, under its id."""

    door: str
    id: str
    stand: Stand

    @property
    def path(self) -> str:
        """Its path: it stands in the graph of its target."""
        return self.id if self.door == RESULT_AT else join_path(scope_of(self.door), self.id)


def place_stands(facts: Facts, stands: Mapping[str, Sequence[Stand]]) -> dict[str, list[Placed]]:
    """Gives everything that stands at doors its place and its id `g_<target>_<rule>`.

    Six hex digits follow where two would have the same id, or where it would be too long.
    """
    taken: dict[str, set[str]] = {}
    for path in facts.nodes:
        taken.setdefault(scope_of(path), set()).add(name_of(path))
    placed: dict[str, list[Placed]] = {}
    for door in sorted(stands):
        scope, target = ("", RESULT) if door == RESULT_AT else (scope_of(door), name_of(door))
        used = taken.setdefault(scope, set())
        placed[door] = []
        for stand in sorted(stands[door], key=lambda each: each.order):
            name = f"{WOVEN_PREFIX}{target}_{stand.bound.rule.id.replace('-', '_')}"
            if name in used or len(name) > MAX_ID:
                mark = hashlib.sha256(f"{stand.bound.key}/{door}/{stand.restores}".encode()).hexdigest()[:6]
                name = f"{name[: MAX_ID - 7]}_{mark}"
            used.add(name)
            placed[door].append(Placed(door, name, stand))
    return placed


# ---------------------------------------------------------------- on facts


def open_doors(facts: Facts, placed: Mapping[str, Sequence[Placed]]) -> Facts:
    """The facts of the graph in which everything stands at its door."""
    nodes, scopes = dict(facts.nodes), dict(facts.scopes)
    for door, row in placed.items():
        if door == RESULT_AT:
            names, reads = scopes[""].names, _renamed(scopes[""].result, RESULT, "inputs")
            scopes[""] = replace(scopes[""], result=_from_record(row[-1].id, names, RESULT))
        else:
            target = nodes[door]
            names, reads = target.inputs, tuple(read for read in target.reads if read[0].startswith("inputs."))
            own = tuple(read for read in target.reads if not read[0].startswith("inputs."))
            nodes[door] = target.rejoined(names, tuple(sorted((*own, *_from_record(row[-1].id, names, "inputs")))))
        for each in row:
            nodes[each.path] = each.stand.facts.rejoined(names, reads)
            reads = _from_record(each.id, names, "inputs")
    by_scope: dict[str, list[str]] = {}
    for door in placed:
        by_scope.setdefault("" if door == RESULT_AT else scope_of(door), []).append(door)
    for scope, doors in by_scope.items():
        entering = _sinks(facts, "") if RESULT_AT in doors else ()
        edges = _rewire(scopes[scope].edges, {door: [each.id for each in placed[door]] for door in doors}, entering)
        scopes[scope] = replace(scopes[scope], edges=edges)
    return replace(facts, nodes=nodes, scopes=scopes)


def _renamed(reads: Reads, old: str, new: str) -> Reads:
    return tuple((new + name.removeprefix(old), paths) for name, paths in reads)


def _from_record(source: str, names: Iterable[str], group: str) -> Reads:
    return tuple(sorted((f"{group}.{name}", ((source, RECORD, name),)) for name in names))


def _sinks(facts: Facts, scope: str) -> tuple[tuple[str, str], ...]:
    """(node, port) of every port by which a run comes to the end of a graph: the last that happens there."""
    wired: dict[str, set[str]] = {}
    for source, port, _ in facts.scopes[scope].edges:
        wired.setdefault(source, set()).add(port)
    found = []
    for path in sorted(facts.nodes):
        node, name = facts.nodes[path], name_of(path)
        if scope_of(path) == scope and not node.woven:
            loose = loose_ports(node, facts.type_of(path).control, wired.get(name, ()))
            found += [(name, port if len(node.ports) > 1 else "") for port in loose]
    return tuple(found)


def _rewire(
    edges: Iterable[_EDGE], rows: Mapping[str, Sequence[str]], entering: Iterable[tuple[str, str]]
) -> tuple[_EDGE, ...]:
    """The edges of one graph, after its doors: what enters a target enters the first that stands there."""
    heads = {name_of(door): row[0] for door, row in rows.items() if door != RESULT_AT}
    found = [(source, port, heads.get(to, to)) for source, port, to in edges]
    for door, row in rows.items():
        if door == RESULT_AT:
            found += [(source, port, row[0]) for source, port in entering]
        whole = row if door == RESULT_AT else (*row, name_of(door))
        found += [(before, "", behind) for before, behind in itertools.pairwise(whole)]
    return tuple(found)


# ---------------------------------------------------------------- on the plain graph


def build_graph(source: Mapping[str, Any], facts: Facts, placed: Mapping[str, Sequence[Placed]]) -> dict[str, Any]:
    """The plain graph in which everything stands at its door.

    Args:
        source: the plain source; it is not changed.
        facts: what `open_doors` gave.
        placed: what stands where.
    """
    by_scope: dict[str, list[str]] = {}
    for door in placed:
        by_scope.setdefault("" if door == RESULT_AT else scope_of(door), []).append(door)
    return _build_scope(source, "", facts.scopes, placed, by_scope)


def _build_scope(
    graph: Mapping[str, Any],
    scope: str,
    scopes: Mapping[str, ScopeFacts],
    placed: Mapping[str, Sequence[Placed]],
    by_scope: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    built, nodes = dict(graph), dict(graph.get("nodes", {}))
    inner = {each.removeprefix(f"{scope}." if scope else "").partition(".")[0] for each in _below(by_scope, scope)}
    for name in sorted(inner):
        path, node = join_path(scope, name), nodes[name]
        body = _build_scope(node["config"]["body"], path, scopes, placed, by_scope)
        nodes[name] = {**node, "config": {**node["config"], "body": body}}
    for door in by_scope.get(scope, ()):
        row = placed[door]
        target, bindings = (
            (RESULT, built.get(RESULT)) if door == RESULT_AT else (name_of(door), nodes[name_of(door)].get("inputs"))
        )
        for each in row:
            nodes[each.id] = _plain_node(each.stand, target, bindings)
            bindings = None if bindings is None else {n: {"from": f"{each.id}.{RECORD}.{n}"} for n in bindings}
        if bindings is not None and door == RESULT_AT:
            built[RESULT] = bindings
        elif bindings is not None:
            nodes[target] = {**nodes[target], "inputs": bindings}
    built["nodes"] = nodes
    if by_scope.get(scope):
        built["edges"] = [{"from": f"{a}.{port}" if port else a, "to": b} for a, port, b in scopes[scope].edges]
        if not built["edges"]:
            del built["edges"]
    return built


def _below(by_scope: Mapping[str, Any], scope: str) -> Iterator[str]:
    for each in by_scope:
        if each != scope and (not scope or each.startswith(f"{scope}.")):
            yield each


def name_of(path: str) -> str:
    """The id of a node, from its path."""
    return path.rpartition(".")[2]


def _plain_node(stand: Stand, target: str, bindings: Mapping[str, Any] | None) -> dict[str, Any]:
    template, rule = stand.bound.template, stand.bound.rule
    node: dict[str, Any] = {"type": stand.type}
    if stand.config:
        node["config"] = dict(stand.config)
    if bindings is not None:
        node["inputs"] = dict(bindings)
    woven: dict[str, Any] = {"template": template.name, "rule": rule.id, "owner": template.owner}
    if template.version != 1:
        woven["template_version"] = template.version
    node["woven"] = {**woven, "because": stand.bound.because, "target": target}
    return node


def strip_doors(graph: Mapping[str, Any]) -> dict[str, Any]:
    """The plain source of a plain graph: what stands at doors is taken away, every binding put back.

    Raises:
        KeyError: the graph is not one that was woven.
    """
    built = dict(graph)
    nodes = {name: _strip_body(node) for name, node in graph.get("nodes", {}).items() if "woven" not in node}
    woven = {name: node for name, node in graph.get("nodes", {}).items() if "woven" in node}
    if woven:
        edges = graph.get("edges", [])
        follows = {edge["from"]: edge["to"] for edge in edges if edge["from"] in woven}
        heads: dict[str, str | None] = {}
        for first in sorted(woven.keys() - set(follows.values())):
            last: str | None = first
            while last in woven:
                last = follows.get(last)
            heads[first] = last
            if last is None:
                built = _put_back(built, RESULT, woven[first])
            else:
                nodes[last] = _put_back(nodes[last], "inputs", woven[first])
        built["edges"] = [
            {**edge, "to": heads.get(edge["to"], edge["to"])}
            for edge in edges
            if edge["from"] not in woven and heads.get(edge["to"], "") is not None
        ]
        if not built["edges"]:
            del built["edges"]
    if "nodes" in graph:
        built["nodes"] = nodes
    return built


def _put_back(holder: Mapping[str, Any], key: str, first: Mapping[str, Any]) -> dict[str, Any]:
    back = {name: value for name, value in holder.items() if name != key}
    if "inputs" in first:
        back[key] = first["inputs"]
    return back


def _strip_body(node: Mapping[str, Any]) -> dict[str, Any]:
    body = node.get("config", {}).get("body")
    if not isinstance(body, Mapping) or "nodes" not in body:
        return dict(node)
    return {**node, "config": {**node["config"], "body": strip_doors(body)}}
