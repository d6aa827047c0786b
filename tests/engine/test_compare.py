"""Comparing by meaning: nothing where nothing differs, the same from both sides, positions never."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from builder.engine.compare import Change, compare_rules, compare_workflows
from builder.engine.graph import Workflow, dump_part
from builder.engine.template import GovernanceTemplate

from .strategies import workflows

TURNED = {"added": "removed", "removed": "added", "changed": "changed"}


def keys(changes: list[Change]) -> list[tuple[Any, ...]]:
    return sorted((each.thing, each.turn, each.node or "", each.field or "", repr(each.was), repr(each.now))
                  for each in changes)  # fmt: skip


def mirrored(changes: list[Change]) -> list[tuple[Any, ...]]:
    return sorted((each.thing, TURNED[each.turn], each.node or "", each.field or "", repr(each.now), repr(each.was))
                  for each in changes)  # fmt: skip


@given(workflows())
def test_a_workflow_does_not_differ_from_itself(file: dict[str, Any]) -> None:
    workflow = Workflow.model_validate(file)
    assert compare_workflows(workflow, Workflow.model_validate(copy.deepcopy(file))) == []


@given(workflows(), workflows())
def test_both_sides_see_the_same_difference(one: dict[str, Any], other: dict[str, Any]) -> None:
    before, after = Workflow.model_validate(one), Workflow.model_validate(other)
    forth, back = compare_workflows(before, after), compare_workflows(after, before)
    assert keys(forth) == mirrored(back)
    assert (forth == []) == (_without_drawing(before) == _without_drawing(after))
    places = [each.place for each in forth]
    assert len(places) == len(set(places))


def _without_drawing(workflow: Workflow) -> dict[str, Any]:
    return _unordered({key: value for key, value in dump_part(workflow).items() if key not in ("layout", "groups")})


def _unordered(value: Any) -> Any:
    if isinstance(value, dict):
        edges = value.get("edges")
        value = {key: _unordered(item) for key, item in value.items()}
        if isinstance(edges, list):
            value["edges"] = sorted({(edge["from"], edge["to"]) for edge in edges})
        return value
    return [_unordered(item) for item in value] if isinstance(value, list) else value


@given(workflows(), st.randoms(use_true_random=False))
def test_positions_and_order_are_no_meaning(file: dict[str, Any], random: Any) -> None:
    moved = copy.deepcopy(file)
    moved["layout"] = {name: [random.randint(0, 900), 7] for name in moved["nodes"]}
    moved["groups"] = [{"title": "Here", "nodes": sorted(moved["nodes"])}]
    names = list(moved["nodes"])
    random.shuffle(names)
    moved["nodes"] = {name: moved["nodes"][name] for name in names}
    random.shuffle(moved["edges"])
    assert compare_workflows(Workflow.model_validate(file), Workflow.model_validate(moved)) == []


def small(**parts: Any) -> Workflow:
    file: dict[str, Any] = {
        "handrail": 1,
        "name": "Small",
        "inputs": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}},
        "nodes": {
            "say": {"type": "test.prompt@1", "title": "Say it", "config": {"prompt": "Say {{ text }}"},
                    "inputs": {"text": {"from": "input.text"}}},
            "rows": {"type": "flow.map@1", "config": {"body": {"nodes": {"inner": {"type": "test.step@1"}},
                                                               "result": {"out": {"from": "inner.text"}}}}},
        },
        "edges": [{"from": "say", "to": "rows"}],
        "result": {"said": {"from": "say.text"}},
    }  # fmt: skip
    return Workflow.model_validate({**file, **parts})


def sentences(before: Workflow, after: Workflow) -> list[str]:
    return [each.sentence for each in compare_workflows(before, after)]


def test_each_difference_has_a_sentence() -> None:
    nodes = dump_part(small())["nodes"]
    changed = copy.deepcopy(nodes)
    changed["say"]["config"]["prompt"] = "Shout {{ text }}"
    assert sentences(small(), small(nodes=changed)) == [
        "“Say it”: the setting prompt was changed from “Say {{ text }}” to “Shout {{ text }}”."
    ]
    inner = copy.deepcopy(nodes)
    inner["rows"]["config"]["body"]["nodes"]["inner"]["inputs"] = {"x": {"value": 1}}
    found = compare_workflows(small(), small(nodes=inner))
    assert [(each.thing, each.turn, each.node, each.field) for each in found] == [
        ("binding", "added", "rows.inner", "inputs.x")
    ]
    assert sentences(small(), small(edges=[])) == ["The arrow from say to rows was removed."]
    gone = {name: node for name, node in nodes.items() if name != "rows"}
    assert "rows (flow.map@1) was removed." in sentences(small(), small(nodes=gone, edges=[]))
    assert sentences(small(), small(purpose="To say.")) == ["The purpose was added: “To say.”."]
    assert sentences(small(), small(result={})) == ["The result said was removed."]


def test_one_is_not_true() -> None:
    nodes = dump_part(small())["nodes"]
    nodes["say"]["inputs"] = {"text": {"value": 1}}
    other = copy.deepcopy(nodes)
    other["say"]["inputs"] = {"text": {"value": True}}
    assert len(compare_workflows(small(nodes=nodes), small(nodes=other))) == 1


def test_taking_a_label_away_is_told_by_itself() -> None:
    inputs = copy.deepcopy(small().inputs)
    inputs["properties"]["text"]["declassified"] = {"personal": "product codes only"}
    [found] = compare_workflows(small(), small(inputs=inputs))
    assert (found.thing, found.turn, found.field) == ("declassification", "added", "inputs.text.declassified.personal")
    assert "product codes only" in found.sentence
    assert small(inputs=inputs).inputs["properties"]["text"]["declassified"], "comparing changes nothing"


def test_rules_are_compared_by_template() -> None:
    def template(name: str, version: int) -> GovernanceTemplate:
        rule = {"id": "ready", "require": ["owner"] if version == 1 else ["owner", "deputy"]}
        said = {"name": name, "version": version, "owner": "privacy", "because": "It must be.", "rules": [rule]}
        return GovernanceTemplate.model_validate({"handrail-governance": 1, **said})

    assert compare_rules([template("a", 1)], [template("a", 1)]) == []
    found = compare_rules([template("a", 1), template("b", 1)], [template("a", 2), template("c", 1)])
    assert [(each.field, each.turn) for each in found] == [("a", "changed"), ("b", "removed"), ("c", "added")]
    assert found[0].sentence == "“a” went from version 1 to 2."
