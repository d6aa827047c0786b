"""A Reading is a workflow with everything looked up: types, validated configs, ports, shapes, and who reads what.

The checker, the labels, the flow graph and the planner all start from it, so that each reference is parsed once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import ValidationError

from builder.engine.fields import (
    CONTAINERS,
    POLICY_NAMES,
    closed_record,
    container_shape,
    item_schema,
    join_schemas,
    map_inputs,
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
from builder.engine.order import join_edges, order_nodes
from builder.engine.patterns import refuse_pattern
from builder.engine.source import explain_errors
from builder.kit.expressions import ExpressionError, compile_expression, compile_template
from builder.kit.shapes import at_path, keep_sound, schema_of
from builder.sdk import Control, Effects, NodeType, Schema, Shapes


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
"""How many nodes are looked up, with everything that a workflow contains and calls."""
MAX_TEXT = 100_000
"""How much of an expression or template is looked through for names; longer ones are refused."""


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
    root = reader.read_graph(_Place("", workflow, {"input": keep_sound(workflow.inputs)}, frozenset()), ())
    return Reading(workflow, root), reader.findings


def read_bindings(bindings: Mapping[str, Binding], names: Mapping[str, Schema]) -> tuple[GraphReading, list[Finding]]:
    """Bindings that stand in no graph, looked up as the result of an empty one in which these names may be read."""
    reader = _Reader({}, {})
    return reader.read_graph(_Place("", Graph(result=dict(bindings)), names, frozenset()), ()), reader.findings


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


@dataclass(slots=True)
class _Draft:
    """A node while it is looked up."""

    path: str
    node: Node
    given: Mapping[str, Schema]
    config: Any = None
    effects: Effects = field(default_factory=Effects)
    ports: tuple[str, ...] = ()
    shapes: Shapes | None = None
    body: GraphReading | None = None
    connection: str | None = None
    readable: Schema = field(default_factory=dict)

    def finish(self, kind: NodeType | None, reads: tuple[Read, ...]) -> NodeReading:
        """The node, as far as it could be looked up."""
        return NodeReading(
            self.path, self.node, kind, self.config, self.effects, self.ports, self.shapes, self.given, reads,
            self.body, self.connection, self.readable,
        )  # fmt: skip


_UNKNOWN: Schema = {}
_WHOLE: Schema = {"type": "integer"}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BINDINGS = {"expr": Mark((), "expr", "graph"), "template": Mark((), "template", "graph")}


class _Reader:
    """Reads graph after graph and keeps the findings."""

    def __init__(self, types: Mapping[str, NodeType], called: Mapping[str, Workflow]) -> None:
        self.types = types
        self.called = called
        self.findings: list[Finding] = []
        self.nodes = 0
        self.readable: dict[Any, Any] = {}  # what readable_record keeps

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
            edges=join_edges(graph.edges, {node_id: node.ports for node_id, node in nodes.items()}),
        )

    def _read_node(self, place: _Place, node_id: str, calls: tuple[str, ...]) -> NodeReading:
        node, path = place.graph.nodes[node_id], place.path_of(node_id)
        self.nodes += 1
        given, reads = self._read_bindings(place, node.inputs, path, "inputs")
        kind = self.types.get(node.type)
        draft = _Draft(path, node, given)
        if kind is None:
            self.findings.append(explain_unknown_type(node.type, self.types, path))
            return draft.finish(None, reads)
        draft.config, findings = read_config(kind, node.config, path)
        self.findings += findings
        draft.effects = kind.effects
        if draft.config is None:
            return draft.finish(kind, reads)
        try:
            draft.ports = tuple(port.name for port in kind.ports_of(draft.config))
            draft.effects = kind.narrow(draft.config)
            draft.body = self._read_body(place, draft, kind, calls)
            draft.shapes = _shape(draft, kind)
        except Exception as problem:  # a type from outside may raise anything; its author is told, the check goes on
            self.findings.append(explain_broken_type(node.type, problem, path))
            return draft.finish(kind, reads)
        place.known[node_id] = draft.readable = readable_record(draft.shapes, self.readable)
        return draft.finish(kind, (*reads, *self._read_marks(place, draft, kind)))

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
        self, mark: Mark, text: str, scope: _Scope, node: str | None, where: str
    ) -> tuple[tuple[tuple[str, ...], ...], Schema] | None:
        names = {word: scope.schemas[word] for word in _NAME.findall(text[:MAX_TEXT]) if word in scope.schemas}
        try:
            if mark.way == "template":
                return tuple(compile_template(text, names).reads), {"type": "string"}
            compiled = compile_expression(text, names, mark.returns)
            return tuple(compiled.reads), compiled.returns
        except ExpressionError as problem:
            self.findings.append(explain_expression(problem, mark.way, scope.outer - names.keys(), node, where))
            return None

    # ------------------------------------------------------------ config

    def _read_marks(self, place: _Place, draft: _Draft, kind: NodeType) -> list[Read]:
        reads: list[Read] = []
        for mark in marks_of(kind.Config):
            if mark.way == "connection":
                draft.connection = getattr(draft.config, mark.path[0], None) or draft.connection
                continue
            if mark.way == "credential":  # a name, and nothing that is read
                continue
            default = {mark.path[0]: getattr(draft.config, mark.path[0], None)}  # what counts where nothing is said
            said = draft.node.config if mark.path[0] in draft.node.config else default
            for dotted, text in texts_at(said, mark.path):
                scope = self._scope_of(place, draft, mark.scope)
                done = self._compile(mark, text, scope, draft.path, f"config.{dotted}")
                reads += [Read(f"config.{dotted}", mark.way, done[0])] if done and mark.scope == "graph" else []
        return reads

    def _scope_of(self, place: _Place, draft: _Draft, word: str) -> _Scope:
        taken = draft.shapes.inputs if draft.shapes else _UNKNOWN
        if word == "graph":
            return place.scope
        if word == "inputs":
            fields = taken.get("properties", {})
            return _Scope({name: fields.get(name) or schema for name, schema in draft.given.items()})
        if word == "result":
            return _Scope({"result": draft.body.result_schema if draft.body else _UNKNOWN, "round": _WHOLE})
        return _Scope({"record": taken, **POLICY_NAMES})

    # ------------------------------------------------------------ containers

    def _read_body(self, place: _Place, draft: _Draft, kind: NodeType, calls: tuple[str, ...]) -> GraphReading | None:
        control, config, given = kind.control, draft.node.config, draft.given
        if control is Control.CALL:
            return self._read_called(draft, calls)
        if control not in (Control.EACH, Control.REPEAT):
            return None
        path = draft.path
        if self._is_too_large(path, calls):
            return None
        try:
            graph = Graph.model_validate(config.get("body"))
        except ValidationError as problem:
            self.findings += explain_errors(problem, config.get("body"), path)
            return None
        outer = place.scope.outer | place.known.keys()
        names: dict[str, Schema] = {"input": closed_record(given)}
        if control is Control.EACH:
            names |= {"input": map_inputs(given), "item": item_schema(given), "index": _WHOLE}
            return self.read_graph(_Place(path, graph, names, outer), calls)
        names |= {"round": _WHOLE, "previous": _UNKNOWN}
        inside = _Place(path, graph, names, outer)
        if "previous" in str(config["body"]):  # its shape is the result's, which one reading must find out first
            before = len(self.findings)
            names["previous"] = self.read_graph(inside, calls).result_schema
            del self.findings[before:]
            inside = _Place(path, graph, names, outer)
        return self.read_graph(inside, calls)

    def _read_called(self, draft: _Draft, calls: tuple[str, ...]) -> GraphReading | None:
        reference = str(draft.node.config.get("workflow", ""))
        if reference in calls:
            self.findings.append(refuse_pattern("recursion", draft.path, "config.workflow"))
            return None
        workflow = self.called.get(reference)
        if workflow is None:
            self.findings.append(explain_unknown_call(reference, self.called, draft.path))
            return None
        if self._is_too_large(draft.path, calls):
            return None
        before = len(self.findings)
        place = _Place(draft.path, workflow, {"input": keep_sound(workflow.inputs)}, frozenset())
        body = self.read_graph(place, (*calls, reference))
        if has_error(self.findings[before:]):
            self.findings[before:] = [explain_broken_call(reference, self.findings[before:], draft.path)]
        return body

    def _is_too_large(self, path: str, calls: tuple[str, ...]) -> bool:
        if path.count(".") < MAX_DEPTH and len(calls) < MAX_DEPTH and self.nodes < MAX_NODES:
            return False
        sentence = f"Containers and calls nest deeper than {MAX_DEPTH}, or hold more than {MAX_NODES:,} nodes in all."
        self.findings.append(error("too_large", sentence, "Split the workflow into smaller ones.", path))
        return True


def _shape(draft: _Draft, kind: NodeType) -> Shapes:
    """What a node takes and gives: its type says it, but for containers, whose body does."""
    if kind.control not in CONTAINERS:
        return kind.shapes(draft.config, draft.given)
    body = draft.body
    called = body.names["input"] if body and isinstance(body.graph, Workflow) else None
    result = body.result_schema if body else _UNKNOWN
    inputs, output = container_shape(kind.control, draft.config, draft.given, result, called)
    return Shapes(inputs=inputs, outputs=dict.fromkeys(draft.ports, output))
