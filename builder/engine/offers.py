"""An Offer is a field that a node could read: where it stands, whether it fits an input, and if not, why.

An editor that drags a field over the inputs looks its answer up here; nothing is asked while dragging.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from builder.engine.assignment import RESULT, Need, routes_of, unmet_needs
from builder.engine.facts import graphs_in
from builder.engine.fields import is_sure, ports_giving
from builder.engine.graph import Workflow
from builder.engine.order import Ancestors, ancestor_masks
from builder.engine.reading import GraphReading, NodeReading, Reading
from builder.kit.shapes import Fit, fits
from builder.sdk import ERROR_PORT, Control, Schema

MAX_DEPTH = 3
"""How deep fields inside records are offered: `check.record.text` is three."""
MAX_FIELDS = 60
"""How many fields of one node are offered."""
MAX_OFFERS = 50_000
"""How many offers one answer holds when nobody said which nodes they are wanted for."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One field that one input could be bound to.

    Attributes:
        path: as a binding would say it: `classify.category`.
        word: `fits`, `checked` (each value is checked when it runs) or `no`.
        reason: one sentence; empty when it fits.
        sure: whether it is there on every way to the reader; if not, the binding also needs a default or another path.
        type: the JSON Schema type of what it gives; empty where that is not known.
    """

    path: str
    word: Literal["fits", "checked", "no"]
    reason: str
    sure: bool
    type: str = ""

    def as_record(self) -> dict[str, Any]:
        """As plain data."""
        return {"path": self.path, "word": self.word, "reason": self.reason, "sure": self.sure, "type": self.type}


Offers = Mapping[str, Mapping[str, tuple[Offer, ...]]]
"""Path of a node → one of its input fields → what it could read, in the order of the graph.

Under `ANY_INPUT` stands all that a new input or a formula of the node could read, and under `THE_RESULT` the same for
the result of the workflow.
"""

ANY_INPUT = "*"
THE_RESULT = "$result"


@dataclass(frozen=True, slots=True)
class _Field:
    path: str
    schema: Schema
    source: str
    """The node that gives it, or `""` for a name of the scope."""
    sure: bool
    """Of a name: whether it is always there."""


def find_offers(reading: Reading, only: Collection[str] | None = None) -> Offers:
    """What every input of every node could read: all that its scope names, and all that stands upstream.

    Args:
        reading: the workflow, looked up; it may be full of errors.
        only: paths of the nodes that are asked about. By default all are, as long as the answer stays below
            `MAX_OFFERS`; the nodes beyond that are left out, to be asked for by name.
    """
    found: dict[str, Mapping[str, tuple[Offer, ...]]] = {}
    known: dict[tuple[int, int], Fit] = {}
    count = 0
    for graph in graphs_in(reading.root):
        wanted = [name for name in graph.order if only is None or graph.nodes[name].path in only]
        if not graph.path and (only is None or THE_RESULT in only):
            wanted.append(RESULT)
        if not wanted or (graph.path and isinstance(graph.graph, Workflow)):  # what is called is not edited here
            continue
        fields = _fields_in(graph)
        ancestors = ancestor_masks(graph.order, graph.edges)
        missing = _find_missing(graph, fields, ancestors, wanted)
        for name in wanted:
            if only is None and count > MAX_OFFERS:
                return found
            node = graph.nodes.get(name)
            path = THE_RESULT if node is None else node.path
            found[path] = offers = _offers_for(name, node, fields, ancestors, missing, known)
            count += sum(map(len, offers.values()))
    return found


def _offers_for(
    name: str,
    node: NodeReading | None,
    fields: list[_Field],
    ancestors: Ancestors,
    missing: frozenset[tuple[str, str]],
    known: dict[tuple[int, int], Fit],
) -> dict[str, tuple[Offer, ...]]:
    bits, above = ancestors
    readable = [
        field for field in fields if not field.source or name == RESULT or bits[field.source] & above[name]
    ]  # fmt: skip
    offers = {ANY_INPUT: tuple(Offer(each.path, "fits", "", each.sure and (name, each.path) not in missing,
                                     _type_of(each.schema)) for each in readable)}  # fmt: skip
    for wanted, schema in () if node is None else _inputs_of(node).items():
        row = []
        for field in readable:
            key = id(field.schema), id(schema)
            if key not in known:
                known[key] = fits(field.schema, schema)
            fit = known[key]
            sure = field.sure and (name, field.path) not in missing
            row.append(Offer(field.path, fit.word, fit.reason, sure, _type_of(field.schema)))
        offers[wanted] = tuple(row)
    return offers


def _type_of(schema: Schema) -> str:
    said = schema.get("type", "")
    words = [said] if isinstance(said, str) else [each for each in said if each != "null"]
    return str(words[0]) if words else ""


def _inputs_of(node: NodeReading) -> dict[str, Schema]:
    """The inputs that a node has, and those that its bindings name. An input that takes its shape from what is bound
    to it takes anything.
    """
    if node.shapes is None or node.type is None:
        return {}
    fields: Mapping[str, Schema] = node.shapes.inputs.get("properties", {})
    if node.type.control is Control.EACH:
        return {"items": _LIST, **{name: _ANYTHING for name in fields if name != "items"}}
    return {name: _ANYTHING if schema is node.given.get(name) else schema for name, schema in fields.items()}


_ANYTHING: Schema = {}
_LIST: Schema = {"type": "array"}


# ---------------------------------------------------------------- what there is to read


def _fields_in(graph: GraphReading) -> list[_Field]:
    found = []
    for name, schema in graph.names.items():
        if name != "input":
            found.append(_Field(name, schema, "", name != "previous"))
        found += [_Field(path, inner, "", is_sure(schema, path.split(".")[1:]) and name != "previous")
                  for path, inner in _paths(name, schema)]  # fmt: skip
    failing = {source for source, port, _ in graph.edges if port == ERROR_PORT}
    for name in graph.order:
        for path, inner in _paths(name, graph.nodes[name].readable):
            if path.split(".")[1] != ERROR_PORT or name in failing:
                found.append(_Field(path, inner, name, True))
    return found


def _paths(name: str, schema: Schema) -> list[tuple[str, Schema]]:
    found: list[tuple[str, Schema]] = []
    open_ = [(name, schema, 0)]
    for path, outer, depth in open_:  # grows while it is gone through: breadth first
        for key, inner in outer.get("properties", {}).items():
            if len(found) >= MAX_FIELDS:
                return found
            found.append((f"{path}.{key}", inner))
            if depth + 1 < MAX_DEPTH:
                open_.append((f"{path}.{key}", inner, depth + 1))
    return found


def _find_missing(
    graph: GraphReading, fields: list[_Field], ancestors: Ancestors, wanted: list[str]
) -> frozenset[tuple[str, str]]:
    """(reader, path) of what is not there on some way to the reader."""
    bits, above = ancestors
    needs: dict[str, Need] = {}
    for field in fields:
        if field.source:
            node = graph.nodes[field.source]
            ports = ports_giving(node.shapes, node.ports, field.path.split(".")[1:])
            needs[field.path] = frozenset({(field.source, ports)})
    asked = {
        (name, need)
        for name in wanted
        for need in needs.values()
        for source, _ in need
        if name == RESULT or bits[source] & above[name]
    }
    unmet = unmet_needs(routes_of(graph), ancestors, asked)
    return frozenset(_pairs(unmet, needs))


def _pairs(unmet: Collection[tuple[str, Need]], needs: Mapping[str, Need]) -> Iterator[tuple[str, str]]:
    paths: dict[Need, list[str]] = {}
    for path, need in needs.items():
        paths.setdefault(need, []).append(path)
    for reader, need in unmet:
        for path in paths[need]:
            yield reader, path
