"""Walks a plain woven graph by hand, value by value and edge by edge, looking for a way past a guard.

It knows nothing of facts, flow graphs, labels or certificates: it reads the file as a person would.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .governed_graphs import PROPERTIES

Step = tuple[str, str]  # (scope, node id); ("", "input.x") and ("", "result") stand for the ends
PURE = ("flow", "review", "policy")


class Walk:
    """Every way from the sources of a rule to its targets."""

    def __init__(self, plain: dict[str, Any], rule: dict[str, Any]) -> None:
        self.plain = plain
        self.rule = rule
        self.seen: set[tuple[Any, ...]] = set()

    def graph(self, scope: str) -> dict[str, Any]:
        graph = self.plain
        for name in scope.split(".") if scope else ():
            graph = graph["nodes"][name]["config"]["body"]
        return graph

    # ------------------------------------------------------------ who reads what

    def reads(self, binding: dict[str, Any]) -> Iterator[list[str]]:
        paths = binding.get("from", [])
        for path in [paths] if isinstance(paths, str) else paths:
            yield path.split(".")

    def readers(self, scope: str, first: str, second: str | None) -> Iterator[Step]:
        """Who, in one graph, reads `first.second` (or any field of `first`)."""
        graph = self.graph(scope)
        for name, node in graph["nodes"].items():
            said = [path for each in node.get("inputs", {}).values() for path in self.reads(each)]
            for case in node.get("config", {}).get("cases", ()):
                said += [word.split(".") for word in re.findall(r"[a-z]\w*\.\w+", case["when"])]
            if any(path[0] == first and second in (None, path[1] if len(path) > 1 else None) for path in said):
                yield scope, name
        for each in graph.get("result", {}).values():
            if any(path[0] == first and second in (None, *path[1:2]) for path in self.reads(each)):
                yield scope, "result"

    def data_after(self, scope: str, name: str) -> Iterator[Step]:
        """Who can tell something of what a node gave."""
        yield from self.readers(scope, name, None)

    def enter(self, scope: str, name: str, came_by: list[list[str]]) -> Iterator[tuple[Step, list[list[str]]]]:
        """Into the body of a container: those who read the input by which the value came, and as what they read it."""
        inner = f"{scope}.{name}" if scope else name
        node = self.graph(scope)["nodes"][name]
        for field, binding in node.get("inputs", {}).items():
            if any(path in came_by for path in self.reads(binding)):
                for step in self.readers(inner, "input", field):
                    yield step, [["input", field]]
                if field == "items" and node["type"].startswith("flow.map"):
                    for step in self.readers(inner, "item", None):
                        yield step, [["item"]]

    def leave(self, scope: str, came_by: list[list[str]]) -> Iterator[tuple[Step, list[list[str]]]]:
        """Out of a body, and round again: by the fields of its result that read the value."""
        outer, _, name = scope.rpartition(".")
        is_map = self.graph(outer)["nodes"][name]["type"].startswith("flow.map")
        for field, binding in self.graph(scope).get("result", {}).items():
            if not any(path[: len(by)] == by for path in self.reads(binding) for by in came_by):
                continue
            for step in self.readers(outer, name, None if is_map else field):
                yield step, [[name]] if is_map else [[name, field]]
            for step in self.readers(scope, "previous", field):
                yield step, [["previous", field]]


def is_guard(node: dict[str, Any], rule: dict[str, Any]) -> bool:
    """For the guards of the random rules: the kind, and the config as the rule wants it or stricter."""
    insert = rule["insert"]
    if node["type"] != insert["type"]:
        return False
    given, wanted = node.get("config", {}), insert.get("config", {})
    if "action" in wanted and given.get("action", "mask") != wanted["action"]:
        return False
    if given.get("level", 1) < wanted.get("level", 1):
        return False
    return set(given.get("not", ())) >= set(wanted.get("not", ()))


def is_target(node: dict[str, Any], selector: dict[str, Any]) -> bool:
    kind = node["type"].partition(".")[0]
    if "model" in selector:
        return kind == "prompt" and node.get("config", {}).get("model", "default") in selector["model"]
    if "effect" in selector:
        return node["type"] == "tool.send@1" and selector["effect"] == "write"
    return kind == selector.get("kind")


def starts_clean(node: dict[str, Any], rule: dict[str, Any]) -> bool:
    """Whether what a node gives is new, so that a guard before it no longer counts."""
    kind = node["type"].partition(".")[0]
    if kind == "prompt" or node["type"] == "policy.unmask@1":
        return True
    return rule["insert"]["type"].startswith("review.") and kind == "tool"


IS_DATA = ("labels", "integrity")
"""Words of a selector that is about data."""

SIGNALLED = {"personal", "customer-text"}
"""What a signal may carry, as the input may."""


def input_labels(name: str) -> set[str]:
    schema = PROPERTIES[name]
    default = {"personal", "customer-text"} if schema["type"] in ("string", "array") else set()
    return (default - set(schema.get("declassified", {}))) | set(schema.get("labels", ()))


def find_way_past(plain: dict[str, Any], rule: dict[str, Any]) -> list[Step] | None:
    """A way from a source to a target on which no guard stands, or None.

    Only for must_pass rules of the random kinds whose source is data; follows data, as the rule says.
    """
    said = rule["must_pass"]
    source, target = said["from"], said["to"]
    walk = Walk(plain, rule)
    open_: list[tuple[Step, bool, list[Step], list[list[str]]]] = []

    def carried_by_input(name: str) -> bool:
        if "labels" in source:
            return bool(input_labels(name) & set(source["labels"]))
        return source.get("integrity") == "untrusted"

    if "kind" not in source:
        for name in PROPERTIES:
            if carried_by_input(name):
                for step in walk.readers("", "input", name):
                    open_.append((step, False, [("", f"input.{name}")], [["input", name]]))
    for scope, name, node in every_node(plain):
        begins = source.get("labels") == ["confidential"] and node["type"] == "tool.fetch@1"
        begins = begins or (source == {"integrity": "untrusted"} and node["type"].startswith(("prompt.", "flow.wait")))
        signalled = node["type"] == "flow.wait@1" and "kind" not in source  # a kind selects nodes that carry the data
        begins = begins or (signalled and bool(SIGNALLED & set(source.get("labels", ()))))
        if begins:
            for step in walk.data_after(scope, name):
                open_.append((step, False, [(scope, name)], [[name]]))
    return follow(walk, open_, target, source)


def follow(walk: Walk, open_: list[Any], target: dict[str, Any], source: dict[str, Any]) -> list[Step] | None:
    seen = set()
    while open_:
        (scope, name), guarded, way, came_by = open_.pop()
        key = (scope, name, guarded, str(came_by))
        if key in seen:
            continue
        seen.add(key)
        way = [*way, (scope, name)]
        if name == "result":
            if not scope:
                if target.get("result") and not guarded:
                    return way
                continue
            open_ += [(step, guarded, way, by) for step, by in walk.leave(scope, came_by)]
            continue
        node = walk.graph(scope)["nodes"][name]
        if not guarded and is_target(node, target):
            return way
        now = guarded or is_guard(node, walk.rule)
        if starts_clean(node, walk.rule) and not is_guard(node, walk.rule):
            now = False
        if "integrity" in source and node["type"].startswith("review."):
            continue  # a review endorses
        if "body" in node.get("config", {}):
            paths = came_paths(walk, scope, name, came_by)
            open_ += [(step, guarded, way, by) for step, by in walk.enter(scope, name, paths)]
            continue
        for step in walk.data_after(scope, name):
            open_.append((step, now, way, [[name]]))
    return None


def came_paths(walk: Walk, scope: str, name: str, came_by: list[list[str]]) -> list[list[str]]:
    """The read paths of a container's bindings through which a value came."""
    node = walk.graph(scope)["nodes"][name]
    paths = [path for each in node.get("inputs", {}).values() for path in walk.reads(each)]
    return [path for path in paths if any(path[: len(by)] == by for by in came_by)]


def every_node(plain: dict[str, Any], scope: str = "") -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, node in plain["nodes"].items():
        yield scope, name, node
        if "body" in node.get("config", {}):
            yield from every_node(node["config"]["body"], f"{scope}.{name}" if scope else name)


def find_control_way(plain: dict[str, Any], rule: dict[str, Any]) -> list[Step] | None:
    """The same for rules whose source names prompts, on graphs without containers: edges count as well as reads."""
    said = rule["must_pass"]
    walk = Walk(plain, rule)
    last = [name for name in plain["nodes"] if may_end(plain, name)]

    def after(name: str, *, side_only: bool = False) -> Iterator[str]:
        if not side_only:
            yield from (step[1] for step in walk.data_after("", name))
        for edge in plain.get("edges", ()):
            source, _, port = edge["from"].partition(".")
            if source == name and (not side_only or port in ("error", "rejected")):
                yield edge["to"]
        if name in last and not side_only:
            yield "result"

    prompts = [name for name, node in plain["nodes"].items() if node["type"].startswith("prompt.")]
    open_ = [(step, False, [("", name)]) for name in prompts for step in after(name)]
    seen = set()
    while open_:
        name, guarded, way = open_.pop()
        if (name, guarded) in seen:
            continue
        seen.add((name, guarded))
        way = [*way, ("", name)]
        if name == "result":
            if said["to"].get("result") and not guarded:
                return way
            continue
        node = plain["nodes"][name]
        if not guarded and is_target(node, said["to"]):
            return way
        guard = is_guard(node, rule)
        if guard and "woven" not in node:
            open_ += [(step, guarded, way) for step in after(name, side_only=True)]
        now = (guarded or guard) and not (starts_clean(node, rule) and not guard)
        open_ += [(step, now, way) for step in after(name)]
    return None


def may_end(plain: dict[str, Any], name: str) -> bool:
    """Whether a run can come to its end by a port of this node that no edge leaves; the main one may go unnamed."""
    node = plain["nodes"][name]
    if "woven" in node:
        return node["woven"]["target"] == "result"
    leaving = {edge["from"] for edge in plain.get("edges", ())}
    if node["type"] == "flow.branch@1":
        return not {f"{name}.left", f"{name}.right"} <= leaving
    if node["type"] == "flow.wait@1" and "wait_for" in node["config"] and "signal" in node["config"]:
        return not {f"{name}.done", f"{name}.timeout"} <= {each if "." in each else f"{each}.done" for each in leaving}
    if node["type"] == "review.approve@1":
        return leaving.isdisjoint({name, f"{name}.approved"})  # rejected, and no edge: the run ends as refused
    return name not in leaving
