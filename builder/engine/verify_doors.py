"""Whether everything that was woven in stands at its door, and all else is the source, word for word. TRUSTED.

It compares the two plain graphs side by side and builds nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from builder.engine.arcs import loose_ports
from builder.engine.facts import Facts, join_path
from builder.engine.labels import View, rank_at_door, turns_back
from builder.engine.questions import BoundRule, look_at_restores
from builder.engine.woven import Woven
from builder.sdk import Control

_PARTS = frozenset({"type", "config", "inputs", "woven"})


class _Broken(Exception):
    """Carries the first reason out."""


@dataclass(frozen=True, slots=True)
class _Side:
    """Both plain graphs at one path."""

    path: str
    source: Mapping[str, Any]
    graph: Mapping[str, Any]
    view: View
    rules: Mapping[tuple[str, str], BoundRule]

    @property
    def facts(self) -> Facts:
        """What is known of the woven graph."""
        return self.view.facts


def check_doors(woven: Woven, view: View) -> str | None:
    """The first reason why the woven graph is not the source with its rules' nodes at their doors, or None."""
    rules = {(each.template.name, each.rule.id): each for each in woven.rules}
    try:
        found = _check_graph(_Side("", woven.source, woven.plain, view, rules))
        _check_told(woven, found)
    except _Broken as broken:
        return str(broken)
    except (KeyError, TypeError, AttributeError, ValueError) as problem:
        return f"Its graph and its source do not fit together: {problem!r}."
    return None


def _check_graph(side: _Side) -> dict[str, tuple[str, list[str]]]:
    """Path of each woven node → (its door, where edges come from), in this graph and its bodies."""
    found: dict[str, tuple[str, list[str]]] = {}
    nodes, old = side.graph.get("nodes", {}), side.source.get("nodes", {})
    woven = {name: node for name, node in nodes.items() if "woven" in node}
    if any("woven" in node for node in old.values()):
        raise _Broken("Its source holds woven nodes.")
    if nodes.keys() - woven.keys() != old.keys():
        raise _Broken("Its graph has other nodes than its source.")
    entered: dict[str, list[str]] = {}
    for edge in side.graph.get("edges", ()):
        entered.setdefault(edge["to"], []).append(edge["from"])
    rows = _rows_of(side, woven, entered)
    for target, row in rows.items():
        where = "result" if target is None else join_path(side.path, target)
        for name in row:
            _check_node(side, name, woven[name], "result" if target is None else target, where)
            found[join_path(side.path, name)] = where, entered.get(name, ["input"])
        _check_order(side, row)
        _check_bindings(side, target, row)
    for name, node in old.items():
        found |= _check_kept(side, name, node, nodes[name], guarded=name in rows)
    if None not in rows and side.graph.get("result") != side.source.get("result"):
        raise _Broken("Its result is not the source's.")
    _check_edges(side, rows, woven)
    extra = {"nodes", "edges", "result"}
    if {k: v for k, v in side.graph.items() if k not in extra} != {
        k: v for k, v in side.source.items() if k not in extra
    }:
        raise _Broken("Its graph says other things than its source.")
    return found


def _rows_of(side: _Side, woven: Mapping[str, Any], entered: Mapping[str, list[str]]) -> dict[str | None, list[str]]:
    """Door (None: the result's) → what stands there, first to last."""
    follows: dict[str, str] = {}
    for edge in side.graph.get("edges", ()):
        if edge["from"].partition(".")[0] in woven:
            if edge["from"] not in woven or edge["from"] in follows:
                raise _Broken(f"An edge is attached to {edge['from']}, which governance wove in.")
            follows[edge["from"]] = edge["to"]
    rows: dict[str | None, list[str]] = {}
    for last in woven:
        target = follows.get(last)
        if target in woven:
            continue
        if target in rows or (target is None and side.path):
            raise _Broken(f"{last} does not lead to the one place that it guards.")
        row = [last]
        while len(before := [each for each in entered.get(row[0], ()) if each in woven]) == 1:
            row.insert(0, before[0])
        if before or any(len(entered[each]) != 1 for each in (*row[1:], *([target] if target else []))):
            raise _Broken(f"There is a way around {last}.")
        rows[target] = row
    if sum(len(row) for row in rows.values()) != len(woven):
        raise _Broken("Woven nodes stand at no door.")
    return rows


def _check_node(side: _Side, name: str, node: Mapping[str, Any], target: str, where: str) -> None:
    """Each is what its rule says, has nothing else on it, and says truly why it is there."""
    said = node["woven"]
    bound = side.rules.get((said["template"], said["rule"]))
    if bound is None or bound.rule.insert is None:
        raise _Broken(f"{name} stands for a rule that does not bind this workflow.")
    insert = bound.rule.insert
    truth: dict[str, Any] = {"template": bound.template.name, "rule": bound.rule.id, "owner": bound.template.owner,
             "because": bound.because, "target": target}  # fmt: skip
    if bound.template.version != 1:
        truth["template_version"] = bound.template.version
    if said != truth or not name.startswith("g_"):
        raise _Broken(f"{name} does not say truly why it is there.")
    if node.keys() - _PARTS:
        raise _Broken(f"{name} bears what no woven node may bear: {min(node.keys() - _PARTS)}.")
    config = node.get("config", {})
    restores = bound.rule.restore and turns_back(side.facts.types[node["type"]]) and config == {}
    if not restores and (node["type"] != insert.type or config != insert.config):
        raise _Broken(f"{name} is not configured as its rule says.")
    if restores and node["type"] != insert.type:
        doors = look_at_restores(side.view, bound).at
        if not any(door == where or door.startswith(f"{where}.") for door in doors):
            raise _Broken(f"{name} turns tokens back where its rule does not list it.")


def _check_order(side: _Side, row: Iterable[str]) -> None:
    orders = []
    for name in row:
        node = side.graph["nodes"][name]
        rank = rank_at_door(side.facts.types[node["type"]])
        orders.append((rank, node["woven"]["template"], node["woven"]["rule"], rank == 0))
    if orders != sorted(set(orders)):
        raise _Broken("At a door the order is: turn tokens back, mask, check, ask people. Here it is not.")


def _check_bindings(side: _Side, target: str | None, row: list[str]) -> None:
    """The first takes the target's bindings verbatim, each next the record of the one before, the target the last."""
    nodes = side.graph["nodes"]
    bindings = side.source.get("result") if target is None else side.source["nodes"][target].get("inputs")
    for name in row:
        if nodes[name].get("inputs") != bindings:
            raise _Broken(f"{name} does not take what its target takes.")
        if bindings is not None:
            bindings = {field: {"from": f"{name}.record.{field}"} for field in bindings}
    last = side.graph.get("result") if target is None else nodes[target].get("inputs")
    if last != bindings:
        raise _Broken(f"{target or 'The result'} does not take what {row[-1]} gives.")


def _check_kept(
    side: _Side, name: str, old: Mapping[str, Any], new: Mapping[str, Any], *, guarded: bool
) -> dict[str, tuple[str, list[str]]]:
    """A node of the source is as it was, but for its bindings when something stands at its door, and for its body."""
    path = join_path(side.path, name)
    loose = {"inputs"} if guarded else set()
    found: dict[str, tuple[str, list[str]]] = {}
    if path in side.facts.scopes and side.facts.type_of(path).control is not Control.CALL:
        loose.add("config")
        inner = _Side(path, old["config"]["body"], new["config"]["body"], side.view, side.rules)
        found = _check_graph(inner)
        if {**old["config"], "body": None} != {**new["config"], "body": None}:
            raise _Broken(f"{path} is not what it is in the source.")
    if {k: v for k, v in old.items() if k not in loose} != {k: v for k, v in new.items() if k not in loose}:
        raise _Broken(f"{path} is not what it is in the source.")
    return found


def _check_edges(side: _Side, rows: Mapping[str | None, list[str]], woven: Mapping[str, Any]) -> None:
    """Without what governance added, the edges are the source's; and the result's row waits for every last step."""
    heads = {row[0]: target for target, row in rows.items()}
    edges = side.graph.get("edges", [])
    kept = []
    for edge in edges:
        to = heads.get(edge["to"], edge["to"])
        if edge["from"] not in woven and to is not None:
            kept.append({**edge, "to": to})
    if kept != list(side.source.get("edges", [])):
        raise _Broken("Its edges are not the source's.")
    if None in rows:
        wired: dict[str, set[str]] = {}
        for edge in kept:
            source, _, port = edge["from"].partition(".")
            wired.setdefault(source, set()).add(port)
        last = set()
        for name in side.source.get("nodes", {}):
            node, each = side.facts.nodes[name], side.facts.type_of(name)
            loose = loose_ports(node, each.control, wired.get(name, ()))
            last |= {f"{name}.{port}" if len(node.ports) > 1 else name for port in loose}
        if last != {edge["from"] for edge in edges if edge["to"] == rows[None][0]}:
            raise _Broken("The result's door does not wait for just the last steps.")


def _check_told(woven: Woven, found: Mapping[str, tuple[str, list[str]]]) -> None:
    """What the document tells of its insertions is what stands in its graph, each once."""
    told = {each.id: each for each in woven.insertions}
    if told.keys() != found.keys() or len(woven.insertions) != len(found):
        raise _Broken("What it tells of its insertions is not what stands in its graph.")
    rules = {(each.template.name, each.rule.id): each for each in woven.rules}
    for path, (door, before) in found.items():
        each, node = told[path], _node_at(woven.plain, path)
        bound = rules[node["woven"]["template"], node["woven"]["rule"]]
        truth = (bound.rule.id, bound.template.name, node["type"], {"from": before, "to": door}, bound.because)
        if (each.rule, each.template, each.type, each.at, each.because) != truth:
            raise _Broken(f"What it tells of {path} is not so.")


def _node_at(graph: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    *containers, name = path.split(".")
    for each in containers:
        graph = graph["nodes"][each]["config"]["body"]
    node: Mapping[str, Any] = graph["nodes"][name]
    return node
