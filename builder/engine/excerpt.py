"""An excerpt is the part of a workflow that leads to one node: what is tried when not all of it is. Pure.

It is a workflow by itself, which is checked and woven anew, so that in an excerpt no rule is passed by either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from builder.engine.graph import Edge, Workflow
from builder.sdk import Control, NodeType


def excerpt_workflow(
    workflow: Workflow, node: str, types: Mapping[str, NodeType], *, straight: bool = False
) -> Workflow:
    """The workflow up to a node, which stands last in it; without result, triggers and what only screens read.

    Args:
        workflow: the whole.
        node: id of a node of its outer graph.
        types: `name@major` → the installed node type.
        straight: whether the nodes that choose a way are left out, so that every way is taken and leads to the node.

    Raises:
        KeyError: there is no such node.
    """
    if node not in workflow.nodes:
        raise KeyError(node)
    kept = {node, *_before(workflow.edges, node)}
    edges = [edge for edge in workflow.edges if edge.source in kept and edge.to in kept and edge.source != node]
    if straight:
        choosing = {each for each in kept if each != node and _control(workflow, each, types) is Control.CHOOSE}
        edges = _bypass(edges, choosing)
        kept -= choosing
    return workflow.model_copy(
        update={
            "nodes": {name: each for name, each in workflow.nodes.items() if name in kept},
            "edges": tuple(edges),
            "result": {},
            "triggers": (),
            "layout": {},
            "groups": (),
        }
    )


def _before(edges: Iterable[Edge], node: str) -> set[str]:
    """Everything from which arrows lead to a node."""
    sources: dict[str, set[str]] = {}
    for edge in edges:
        sources.setdefault(edge.to, set()).add(edge.source)
    found: set[str] = set()
    todo = [node]
    while todo:
        fresh = sources.get(todo.pop(), set()) - found
        found |= fresh
        todo += fresh
    return found


def _control(workflow: Workflow, node: str, types: Mapping[str, NodeType]) -> Control | None:
    found = types.get(workflow.nodes[node].type)
    return None if found is None else found.control


def _bypass(edges: Iterable[Edge], gone: set[str]) -> list[Edge]:
    """The arrows with some nodes taken out: what led to one leads on to what stood behind it."""
    edges = list(edges)
    for name in sorted(gone):
        entering = [edge for edge in edges if edge.to == name]
        leaving = [edge for edge in edges if edge.source == name]
        joined = [Edge(from_=one.from_, to=other.to) for one in entering for other in leaving]
        edges = [edge for edge in edges if name not in (edge.source, edge.to)] + joined
    return list(dict.fromkeys(edges))
