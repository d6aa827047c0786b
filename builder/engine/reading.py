"""A Reading is a workflow with everything looked up: types, validated configs, ports, shapes, and who reads what.

The checker, the labels, the flow graph and the planner all start from it, so that each reference is parsed once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from builder.engine.graph import Binding, Graph, Node, Workflow
from builder.sdk import Effects, NodeType, Schema, Shapes


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


@dataclass(frozen=True, slots=True)
class GraphReading:
    """A graph, looked up.

    Attributes:
        path: dotted path of the container it is the body of, or `""`.
        order: node ids in topological order (ties by id); empty when there is a cycle.
        names: what may be read beside nodes: `input`, and in bodies `item`, `index`, `round`, `previous`.
        reads: the references of the result.
        result_schema: schema (an object) of the result.
    """

    path: str
    graph: Graph
    nodes: Mapping[str, NodeReading]
    order: tuple[str, ...]
    names: Mapping[str, Schema]
    reads: tuple[Read, ...]
    result_schema: Schema
    result_bindings: Mapping[str, Binding]


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole workflow, looked up."""

    workflow: Workflow
    root: GraphReading
