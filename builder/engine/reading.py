"""A Reading is a workflow with everything looked up: types, validated configs, ports, shapes, and who reads what.

The checker, the labels, the flow graph and the planner all start from it, so that each reference is parsed once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from pydantic import ValidationError

from builder.engine.fields import (
    FINDING_RECORD,
    closed_record,
    item_schema,
    join_schemas,
    map_inputs,
    map_output,
    readable_record,
)
from builder.engine.findings import Finding, error, has_error
from builder.engine.graph import Binding, Graph, Node, Workflow, split_path
from builder.engine.lookups import (
    explain_broken_call,
    explain_broken_type,
    explain_expression,
    explain_unknown_call,
    explain_unknown_type,
    read_config,
)
from builder.engine.marks import Mark, marks_of, texts_at
from builder.engine.order import order_nodes
from builder.engine.patterns import refuse_pattern
from builder.engine.source import explain_errors
from builder.kit.expressions import ExpressionError, compile_expression, compile_template
from builder.kit.shapes import at_path, schema_of
from builder.sdk import MAIN, Control, Effects, NodeType, Schema, Shapes


@dataclass(frozen=True, slots=True)
class Read:
    """One field and everything it refers to.

    Attributes:
        field: who reads: `inputs.body`, `config.cases.0.when`, or `result.reply`.
        way: how: a `from` list chooses one of `paths`; an `expr` or `template` reads all of them.
        paths: what is read, each as parts: `("classify", "confidence")`, `("input", "ticket")`, `("item", "name")`.
        has_default: whether a default stands in when nothing is there.
    """

    field: str
    way: Literal["from", "expr", "template"]
    paths: tuple[tuple[str, ...], ...]
    has_default: bool = False


@dataclass(frozen=True, slots=True)
class NodeReading:
    """A placed node, looked up.

    Attributes:
        path: dotted ids from the outer graph (`rows.check`), without indices.
        type: the installed type, or None when it is unknown.
        config: the validated Config, or None when it is wrong.
        effects: what this config does (narrowed).
        ports: its outlets, the main one first, without `error`.
        shapes: what it takes and gives, or None when that cannot be said.
        given: for each binding, the schema of what it gives.
        reads: every reference of its bindings, and of its config where the scope is the graph.
        body: the container's body, or the called workflow's graph.
        connection: the model connection its config names.
        readable: what may be read as `node.field`, whichever port is taken; `{}` where nothing is known.
    """

    path: str
    node: Node
    type: NodeType | None
    config: Any
    effects: Effects
    ports: tuple[str, ...]
    shapes: Shapes | None
    given: Mapping[str, Schema]
    reads: tuple[Read, ...]
    body: GraphReading | None = None
    connection: str | None = None
    readable: Schema = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GraphReading:
    """A graph, looked up.

    Attributes:
        path: dotted path of the container it is the body of, or `""`.
        order: node ids in topological order (ties by id); empty when there is a cycle.
        names: what may be read beside nodes: `input`, and in bodies `item`, `index`, `round`, `previous`.
        reads: the references of the result.
        result_schema: schema (an object) of the result.
        edges: (source, port, target) of every edge between known nodes, the main port by its name.
    """

    path: str
    graph: Graph
    nodes: Mapping[str, NodeReading]
    order: tuple[str, ...]
    names: Mapping[str, Schema]
    reads: tuple[Read, ...]
    result_schema: Schema
    result_bindings: Mapping[str, Binding]
    edges: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole workflow, looked up."""

    workflow: Workflow
    root: GraphReading


MAX_DEPTH = 8
"""How deep containers and calls may nest."""
MAX_NODES = 20_000
"""How many nodes a workflow may have, with everything that it contains and calls."""


def read_workflow(
    workflow: Workflow, types: Mapping[str, NodeType], called: Mapping[str, Workflow]
) -> tuple[Reading, list[Finding]]:
    """Looks everything up, and says what cannot be.

    The findings are those of looking up: unknown types, wrong configs, expressions that do not compile, bodies that are
    no graphs, calls that lead nowhere. Whether the whole makes sense is `check_reading`'s to say.

    Args:
        workflow: the file.
        types: `name@major` → the installed type.
        called: reference of a call → the workflow it calls.
    """
    reader = _Reader(types, called)
    place = _Place("", workflow, {"input": workflow.inputs}, frozenset())
    root = reader.read_graph(place, ())
    return Reading(workflow, root), reader.findings


@dataclass(frozen=True, slots=True)
class _Scope:
    """The names of an expression with their schemas, and the names that exist only outside."""

    schemas: Mapping[str, Schema]
    outer: frozenset[str] = frozenset()


class _Place:
    """A graph while it is read: its path, its own names, and what may be named in it as far as it is read."""

    def __init__(self, path: str, graph: Graph, names: Mapping[str, Schema], outer: frozenset[str]) -> None:
        self.path = path
        self.graph = graph
        self.names = names
        self.known: dict[str, Schema] = {**dict.fromkeys(graph.nodes, _UNKNOWN), **names}
        self.scope = _Scope(self.known, outer - self.known.keys())

    def path_of(self, node_id: str) -> str:
        """The path of one of its nodes."""
        return f"{self.path}.{node_id}" if self.path else node_id


_UNKNOWN: Schema = {}
_BINDINGS = {"expr": Mark((), "expr", "graph"), "template": Mark((), "template", "graph")}


class _Reader:
    """Reads graph after graph and keeps the findings."""

    def __init__(self, types: Mapping[str, NodeType], called: Mapping[str, Workflow]) -> None:
        self.types = types
        self.called = called
        self.findings: list[Finding] = []
        self.nodes = 0

    def read_graph(self, place: _Place, calls: tuple[str, ...]) -> GraphReading:
        graph = place.graph
        order, rest = order_nodes(graph.nodes, ((edge.source, edge.to) for edge in graph.edges))
        nodes = {node_id: self._read_node(place, node_id, calls) for node_id in (*order, *rest)}
        given, reads = self._read_bindings(place, graph.result, place.path or None, "result")
        return GraphReading(
            path=place.path,
            graph=graph,
            nodes=nodes,
            order=() if rest else order,
            names=place.names,
            reads=reads,
            result_schema=closed_record(given),
            result_bindings=graph.result,
            edges=_join_edges(graph, nodes),
        )

    def _read_node(self, place: _Place, node_id: str, calls: tuple[str, ...]) -> NodeReading:
        node, path = place.graph.nodes[node_id], place.path_of(node_id)
        self.nodes += 1
        given, reads = self._read_bindings(place, node.inputs, path, "inputs")
        reading = NodeReading(path, node, None, None, Effects(), (), None, given, reads)
        kind = self.types.get(node.type)
        if kind is None:
            self.findings.append(explain_unknown_type(node.type, self.types, path))
            return reading
        config, findings = read_config(kind, node.config, path)
        self.findings += findings
        reading = replace(reading, type=kind, config=config, effects=kind.effects)
        if config is None:
            return reading
        try:
            reading = replace(reading, ports=tuple(p.name for p in kind.ports_of(config)), effects=kind.narrow(config))
            body = self._read_body(place, reading, calls)
            reading = replace(reading, body=body, shapes=self._shape(reading, body))
        except Exception as problem:  # a type from outside may raise anything; its author is told, the check goes on
            self.findings.append(explain_broken_type(node.type, problem, path))
            return reading
        reading = replace(reading, readable=readable_record(reading.shapes))
        place.known[node_id] = reading.readable
        more, connection = self._read_marks(place, reading)
        return replace(reading, reads=(*reads, *more), connection=connection)

    # ------------------------------------------------------------ bindings

    def _read_bindings(
        self, place: _Place, bindings: Mapping[str, Binding], node: str | None, group: str
    ) -> tuple[dict[str, Schema], tuple[Read, ...]]:
        given: dict[str, Schema] = {}
        reads: list[Read] = []
        for name, binding in bindings.items():
            schemas, read = self._read_binding(place, binding, node, f"{group}.{name}")
            if read is not None:
                reads.append(read)
                if binding.has_default:
                    schemas = [*schemas, schema_of(binding.default)]
            given[name] = join_schemas(schemas) if schemas else _UNKNOWN
        return given, tuple(reads)

    def _read_binding(
        self, place: _Place, binding: Binding, node: str | None, where: str
    ) -> tuple[list[Schema], Read | None]:
        way = binding.way
        if way == "value":
            return [schema_of(binding.value)], None
        if way == "from":
            paths = tuple(split_path(path) for path in binding.from_ or ())
            found = [at_path(place.known[path[0]], path[1:]) for path in paths if path[0] in place.known]
            return [each for each in found if each is not None], Read(where, "from", paths, binding.has_default)
        text = binding.expr if way == "expr" else binding.template
        done = self._compile(_BINDINGS[way], text or "", place.scope, node, where)
        if done is None:
            return [], None
        paths, returns = done
        return [returns], Read(where, way, paths, binding.has_default)

    def _compile(
        self,
        mark: Mark,
        text: str,
        scope: _Scope,
        node: str | None,
        where: str,
    ) -> tuple[tuple[tuple[str, ...], ...], Schema] | None:
        names = {word: scope.schemas[word] for word in _NAME.findall(text) if word in scope.schemas}
        try:
            if mark.way == "template":
                return tuple(compile_template(text, names).reads), {"type": "string"}
            compiled = compile_expression(text, names, mark.returns)
            return tuple(compiled.reads), compiled.returns
        except ExpressionError as problem:
            self.findings.append(explain_expression(problem, mark.way, scope.outer - names.keys(), node, where))
            return None

    # ------------------------------------------------------------ config

    def _read_marks(self, place: _Place, reading: NodeReading) -> tuple[list[Read], str | None]:
        assert reading.type is not None
        reads: list[Read] = []
        connection = None
        for mark in marks_of(reading.type.Config):
            if mark.way == "connection":
                connection = getattr(reading.config, mark.path[0], None) or connection
                continue
            scope = self._scope_of(place, reading, mark.scope)
            said = reading.node.config
            if mark.path[0] not in said:  # its default is what counts
                said = {mark.path[0]: getattr(reading.config, mark.path[0], None)}
            for dotted, text in texts_at(said, mark.path):
                done = self._compile(mark, text, scope, reading.path, f"config.{dotted}")
                if done is not None and mark.scope == "graph":
                    reads.append(Read(f"config.{dotted}", mark.way, done[0]))
        return reads, connection

    def _scope_of(self, place: _Place, reading: NodeReading, word: str) -> _Scope:
        taken = reading.shapes.inputs if reading.shapes else _UNKNOWN
        if word == "graph":
            return place.scope
        if word == "inputs":
            fields = taken.get("properties", {})
            return _Scope({name: fields.get(name) or schema for name, schema in reading.given.items()})
        if word == "result":
            return _Scope({"result": reading.body.result_schema if reading.body else _UNKNOWN, "round": _WHOLE})
        texts = {"type": "array", "items": {"type": "string"}}
        return _Scope({"record": taken, "findings": {"type": "array", "items": FINDING_RECORD}, "labels": texts})

    # ------------------------------------------------------------ containers

    def _read_body(self, place: _Place, reading: NodeReading, calls: tuple[str, ...]) -> GraphReading | None:
        assert reading.type is not None
        control, config = reading.type.control, reading.node.config
        if control is Control.CALL:
            return self._read_called(reading, calls)
        if control not in (Control.EACH, Control.REPEAT):
            return None
        path = reading.path
        if self._is_too_large(path, calls):
            return None
        try:
            graph = Graph.model_validate(config.get("body"))
        except ValidationError as problem:
            self.findings += explain_errors(problem, config.get("body"), path)
            return None
        outer = place.scope.outer | place.known.keys()
        names: dict[str, Schema] = {"input": closed_record(reading.given)}
        if control is Control.EACH:
            names |= {"input": map_inputs(reading.given), "item": item_schema(reading.given), "index": _WHOLE}
            return self.read_graph(_Place(path, graph, names, outer), calls)
        names |= {"round": _WHOLE, "previous": _UNKNOWN}
        inside = _Place(path, graph, names, outer)
        if "previous" in str(config["body"]):  # its shape is the result's, which one reading must find out first
            before = len(self.findings), self.nodes
            names["previous"] = self.read_graph(inside, calls).result_schema
            del self.findings[before[0] :]
            self.nodes = before[1]
            inside = _Place(path, graph, names, outer)
        return self.read_graph(inside, calls)

    def _read_called(self, reading: NodeReading, calls: tuple[str, ...]) -> GraphReading | None:
        reference = str(reading.node.config.get("workflow", ""))
        if reference in calls:
            self.findings.append(refuse_pattern("recursion", reading.path, "config.workflow"))
            return None
        workflow = self.called.get(reference)
        if workflow is None:
            self.findings.append(explain_unknown_call(reference, self.called, reading.path))
            return None
        if self._is_too_large(reading.path, calls):
            return None
        before = len(self.findings)
        place = _Place(reading.path, workflow, {"input": workflow.inputs}, frozenset())
        body = self.read_graph(place, (*calls, reference))
        if has_error(self.findings[before:]):
            self.findings[before:] = [explain_broken_call(reference, self.findings[before:], reading.path)]
        return body

    def _is_too_large(self, path: str, calls: tuple[str, ...]) -> bool:
        if path.count(".") < MAX_DEPTH and len(calls) < MAX_DEPTH and self.nodes < MAX_NODES:
            return False
        sentence = f"Containers and calls nest deeper than {MAX_DEPTH}, or hold more than {MAX_NODES:,} nodes in all."
        self.findings.append(error("too_large", sentence, "Split the workflow into smaller ones.", path))
        return True

    def _shape(self, reading: NodeReading, body: GraphReading | None) -> Shapes | None:
        assert reading.type is not None
        control, given, config = reading.type.control, reading.given, reading.config
        if control not in (Control.EACH, Control.REPEAT, Control.CALL):
            return reading.type.shapes(config, given)
        result = body.result_schema if body else _UNKNOWN
        if control is Control.EACH:
            gaps = getattr(config, "on_item_error", "fail") == "keep" or bool(getattr(config, "quorum", 0))
            inputs, output = map_inputs(given), map_output(result, gaps=gaps)
        elif control is Control.REPEAT:
            inputs, output = closed_record(given), result
        else:
            called = body.graph if body else None
            inputs, output = (called.inputs if isinstance(called, Workflow) else closed_record(given)), result
        return Shapes(inputs=inputs, outputs=dict.fromkeys(reading.ports, output))


_WHOLE: Schema = {"type": "integer"}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _join_edges(graph: Graph, nodes: Mapping[str, NodeReading]) -> tuple[tuple[str, str, str], ...]:
    """Every edge between known nodes as (source, port, target), the main port by its name, each once."""
    found: dict[tuple[str, str, str], None] = {}
    for edge in graph.edges:
        source = nodes.get(edge.source)
        if source is not None and edge.to in nodes and edge.to != edge.source:
            main = source.ports[0] if source.ports else MAIN.name
            found[edge.source, edge.port or main, edge.to] = None
    return tuple(found)
