"""The checker is a compiler: it reads a workflow and says everything that is wrong with it, at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from builder.engine.facts import graphs_in
from builder.engine.findings import Finding, error, has_error, warning
from builder.engine.graph import Workflow
from builder.engine.lookups import explain_broken_call
from builder.engine.needs import check_assignment
from builder.engine.one_node import check_node
from builder.engine.order import ancestor_masks
from builder.engine.reading import GraphReading, Reading, read_workflow
from builder.engine.references import check_inputs, check_references
from builder.engine.structure import check_structure, check_substance
from builder.engine.triggers import check_triggers
from builder.kit.shapes import check_schema
from builder.sdk import Control, NodeType


def check_graph(
    workflow: Workflow,
    types: Mapping[str, NodeType],
    called: Mapping[str, Workflow] | None = None,
    *,
    woven: bool = False,
) -> list[Finding]:
    """Everything there is to say about a workflow, errors and warnings.

    Args:
        workflow: the file.
        types: `name@major` → the installed type.
        called: reference of a call → the workflow it calls.
        woven: whether nodes that governance wove in may stand in it; in a source they may not.
    """
    reading, findings = read_workflow(workflow, types, called or {})
    return findings + check_reading(reading, woven=woven)


def check_reading(reading: Reading, *, woven: bool = False) -> list[Finding]:
    """Everything that is to say about a workflow beyond what could not be looked up."""
    findings = list(_check_input_schema(reading.workflow))
    findings += check_triggers(reading.workflow)
    findings += check_substance(reading)
    findings += _check_graph(reading.root, frozenset(), woven=woven)
    return findings


def check_connections(reading: Reading, known: Collection[str]) -> list[Finding]:
    """The model connections that a workflow names and this installation does not have."""
    return [
        warning(
            "unknown_connection",
            f"There is no model connection {node.connection!r} here; there are {', '.join(sorted(known))}.",
            "Choose one of these, or ask IT to open it.",
            node=node.path,
            field="config.model",
            connection=node.connection,
            known=", ".join(sorted(known)),
        )
        for graph in graphs_in(reading.root)
        for node in graph.nodes.values()
        if node.connection is not None and node.connection not in known
    ]


def _check_input_schema(workflow: Workflow) -> Iterator[Finding]:
    if workflow.inputs.get("type") != "object":
        sentence = "The inputs of a workflow are an object with named fields."
        yield error(
            "bad_schema", sentence, "Write `type: object` and `properties`.", field="inputs.type", case="object"
        )
    for problem in check_schema(workflow.inputs):
        place = ".".join(("inputs", *map(str, problem.path)))
        yield error("bad_schema", problem.sentence, "Change the schema.", field=place)


def _check_graph(graph: GraphReading, outer: frozenset[str], *, woven: bool) -> Iterator[Finding]:
    yield from check_structure(graph, woven=woven)
    arrows: dict[str, int] = {}
    for _, _, target in graph.edges:
        arrows[target] = arrows.get(target, 0) + 1
    ancestors = ancestor_masks(graph.order, graph.edges)
    yield from check_references(graph, outer, ancestors)
    for node_id, node in graph.nodes.items():
        yield from check_node(node, arrows.get(node_id, 0))
        yield from check_inputs(graph, node)
    yield from check_assignment(graph, ancestors)
    inside = outer | graph.nodes.keys() | graph.names.keys()
    for node in graph.nodes.values():
        if node.body is None or node.type is None:
            continue
        if node.type.control is not Control.CALL:
            yield from _check_graph(node.body, inside - node.body.names.keys(), woven=woven)
            continue
        wrong = list(_check_graph(node.body, frozenset(), woven=woven))
        if has_error(wrong):
            yield explain_broken_call(str(node.node.config.get("workflow", "")), wrong, node.path)
