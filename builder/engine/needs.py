"""A Need is what a read wants to find. It is told here which reads may find nothing, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from builder.engine.assignment import RESULT, Alternative, Need, routes_of, unmet_needs
from builder.engine.fields import is_sure, ports_giving
from builder.engine.findings import Finding, error
from builder.engine.graph import Node
from builder.engine.order import Ancestors
from builder.engine.reading import GraphReading, Read
from builder.kit.shapes import at_path
from builder.sdk import ERROR_PORT

_Asked = list[tuple[str, Need, str | None, Read]]

_CHOOSE = "Choose it in a `from` list whose other paths cover the rest, or add a `default`."


def check_assignment(graph: GraphReading, ancestors: Ancestors) -> Iterator[Finding]:
    """Every read of one graph that finds nothing on some path to its reader."""
    if not graph.order:
        return
    bits, above = ancestors
    around = _Around(graph, bits, frozenset(source for source, port, _ in graph.edges if port == ERROR_PORT))
    asked: _Asked = []
    for node_id, node in graph.nodes.items():
        for read in node.reads:
            text = _text_at(node.node, read)
            needs = _needs_of(around, read, text, above[node_id])
            asked += [(node_id, need, node.path, shown) for need, shown in needs]
    for read in graph.reads:
        text = graph.result_bindings[read.field.partition(".")[2]].expr or ""
        asked += [(RESULT, need, graph.path or None, shown) for need, shown in _needs_of(around, read, text, -1)]
    unmet = unmet_needs(routes_of(graph), ancestors, ((reader, need) for reader, need, _, _ in asked))
    told: set[tuple[str, str, tuple[tuple[str, ...], ...]]] = set()
    for reader, need, path, read in asked:
        key = (reader, read.field, read.paths)
        if (reader, need) in unmet and key not in told:
            told.add(key)
            yield _explain(graph, reader, path, read)


@dataclass(frozen=True, slots=True)
class _Around:
    """A graph, the bit of each node, and its nodes whose `error` an arrow leaves."""

    graph: GraphReading
    bits: Mapping[str, int]
    failing: frozenset[str]
    found: dict[tuple[str, ...], frozenset[str] | None] = field(default_factory=dict)

    def ports_at(self, path: tuple[str, ...], text: str) -> frozenset[str] | None:
        """The ports behind which a field of a node surely is; None where there is no such field."""
        asks = ".?" in text or "has(" in text
        if path in self.found and not asks:
            return self.found[path]
        ports = None
        if path[1:2] != (ERROR_PORT,) or path[0] in self.failing:
            exists = at_path(self.graph.nodes[path[0]].readable, path[1:]) is not None
            ports = _ports(self.graph, path, text) if exists else None
        if not asks:
            self.found[path] = ports
        return ports


def _needs_of(around: _Around, read: Read, text: str, upstream: int) -> Iterator[tuple[Need, Read]]:
    """What a read needs, each with the part of the read that needs it. What is already wrong needs nothing more."""
    if read.has_default:
        return
    graph = around.graph
    groups = [read.paths] if read.way == "from" else [(path,) for path in read.paths]
    for paths in groups:
        alternatives: list[Alternative] = []
        fine = broken = False
        for path in paths:
            if path[0] in graph.names:
                fine = fine or _is_name_sure(graph, path, text)
                broken = broken or at_path(graph.names[path[0]], path[1:]) is None
            elif path[0] in graph.nodes:
                ports = around.ports_at(path, text)
                broken = broken or ports is None or not around.bits[path[0]] & upstream
                alternatives.append((path[0], ports or frozenset()))
            else:
                broken = True
        if not fine and not broken:
            yield frozenset(alternatives), Read(read.field, read.way, paths)


def _is_name_sure(graph: GraphReading, path: tuple[str, ...], text: str) -> bool:
    if path[0] == "previous":
        return False
    return is_sure(graph.names[path[0]], path[1:]) or _is_tested(path, text)


def _is_tested(path: tuple[str, ...], text: str) -> bool:
    """Whether an expression asks itself if the field is there: `has(a.b)` or `a.?b`."""
    if f"has({'.'.join(path)})" in text:
        return True
    return ".?" in text and any("?" in found for found in re.findall(r"\.\??".join(map(re.escape, path)), text))


def _ports(graph: GraphReading, path: tuple[str, ...], text: str) -> frozenset[str]:
    node = graph.nodes[path[0]]
    if len(path) == 1 or _is_tested(path, text):
        return frozenset(node.ports)
    ports = node.ports or tuple(port for source, port, _ in graph.edges if source == path[0] and port != ERROR_PORT)
    return ports_giving(node.shapes, ports or (RESULT,), path[1:])


def _text_at(node: Node, read: Read) -> str:
    """The text of an expression that a node reads by."""
    group, _, rest = read.field.partition(".")
    if group == "inputs":
        binding = node.inputs[rest]
        return binding.expr or binding.template or ""
    value: Any = node.config
    for part in rest.split("."):
        value = value[int(part)] if isinstance(value, list | tuple) else value.get(part, "")
    return str(value)


def _explain(graph: GraphReading, reader: str, node: str | None, read: Read) -> Finding:
    where = f"`{reader}`" if reader != RESULT else "the result"
    many = [".".join(path) for path in read.paths]
    if not many:
        sentence = f"A `from` of {where} names nothing to read."
        return error("maybe_missing", sentence, "Add a path, or a `default`.", node, read.field, case="nothing")
    shown, value = [f"`{each}`" for each in many], many[0]
    if len(shown) > 1:
        sentence = f"On some way to {where} none of {', '.join(shown)} is there."
        way_out = "Add a path that is always there, or a `default`."
        return error("maybe_missing", sentence, way_out, node, read.field, case="none", values=many)
    path = read.paths[0]
    if path[0] == "previous":
        sentence = f"In the first round of a loop there is no {shown[0]}."
        return error(
            "maybe_missing",
            sentence,
            "Add a `default`, or another path behind it.",
            node,
            read.field,
            case="first",
            value=value,
        )
    if path[0] in graph.names:
        sentence = f"{shown[0]} need not be given, so it may be missing here."
        return error(
            "maybe_missing",
            sentence,
            "Make it required, or add a `default`.",
            node,
            read.field,
            case="field",
            value=value,
        )
    ports = _ports(graph, path, "")
    every = graph.nodes[path[0]].ports
    if not ports:
        sentence = f"{shown[0]} need not be given by `{path[0]}`, so it may be missing here."
        return error("maybe_missing", sentence, _CHOOSE, node, read.field, case="given", value=value)
    if ports != frozenset(every):
        behind = " or ".join(f"`{path[0]}.{port}`" for port in sorted(ports))
        sentence = f"{shown[0]} is there only behind {behind}, and other ways lead to {where}."
        return error("maybe_missing", sentence, _CHOOSE, node, read.field, case="port", value=value)
    sentence = f"`{path[0]}` does not run on every way to {where}, so {shown[0]} may be missing."
    return error("maybe_missing", sentence, _CHOOSE, node, read.field, case="way", value=value)
