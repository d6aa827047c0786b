"""An excerpt holds all that leads to its node, and nothing else; straight, no choice stands in the way."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.engine.excerpt import excerpt_workflow
from builder.engine.graph import Workflow
from builder.sdk import Control, Effects, Kind, NodeType


class Step(NodeType):
    name = "tool.step"
    title = "Step"
    summary = "Does something."
    kind = Kind.TOOL
    effects = Effects()


class Choice(NodeType):
    name = "flow.choice"
    title = "Choice"
    summary = "Chooses."
    kind = Kind.FLOW
    control = Control.CHOOSE


TYPES = {"tool.step@1": Step(), "flow.choice@1": Choice()}


@st.composite
def workflows(draw: st.DrawFn) -> tuple[Workflow, str]:
    """A graph without circles, and one of its nodes."""
    count = draw(st.integers(1, 9))
    kinds = draw(st.lists(st.sampled_from(sorted(TYPES)), min_size=count, max_size=count))
    pairs = [(one, other) for other in range(count) for one in range(other)]
    arrows = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=16)) if pairs else []
    ports = draw(st.lists(st.sampled_from(["", ".a", ".b"]), min_size=len(arrows), max_size=len(arrows)))
    plain: dict[str, Any] = {
        "handrail": 1,
        "name": "Any",
        "nodes": {f"n{at}": {"type": kind} for at, kind in enumerate(kinds)},
        "edges": [{"from": f"n{one}{port}", "to": f"n{other}"}
                  for (one, other), port in zip(arrows, ports, strict=True)],
        "result": {"last": {"from": "n0.x"}},
        "layout": {"n0": [0, 0]},
    }  # fmt: skip
    return Workflow.model_validate(plain), f"n{draw(st.integers(0, count - 1))}"


def leads(workflow: Workflow) -> set[tuple[str, str]]:
    """(one, other) where a way leads from one node to the other."""
    found = {(edge.source, edge.to) for edge in workflow.edges}
    while more := {(a, d) for a, b in found for c, d in found if b == c} - found:
        found |= more
    return found


@given(workflows())
def test_it_holds_exactly_what_leads_to_the_node(said: tuple[Workflow, str]) -> None:
    whole, node = said
    part = excerpt_workflow(whole, node, TYPES)
    assert set(part.nodes) == {node} | {one for one, other in leads(whole) if other == node}
    assert part.nodes.items() <= whole.nodes.items()
    kept = set(part.nodes)
    assert part.edges == tuple(e for e in whole.edges if e.source in kept - {node} and e.to in kept)
    assert (part.result, part.layout, part.inputs) == ({}, {}, whole.inputs)
    assert excerpt_workflow(part, node, TYPES) == part


@given(workflows())
def test_straight_it_keeps_every_way_and_no_choice(said: tuple[Workflow, str]) -> None:
    whole, node = said
    part = excerpt_workflow(whole, node, TYPES, straight=True)
    before = {one for one, other in leads(whole) if other == node}
    assert set(part.nodes) == {node} | {one for one in before if whole.nodes[one].type != "flow.choice@1"}
    kept = set(part.nodes)
    assert leads(part) == {(one, other) for one, other in leads(whole) if one in kept - {node} and other in kept}
    assert len(set(part.edges)) == len(part.edges)


def test_there_must_be_such_a_node() -> None:
    whole = Workflow.model_validate({"handrail": 1, "name": "Any"})
    with pytest.raises(KeyError):
        excerpt_workflow(whole, "gone", TYPES)
