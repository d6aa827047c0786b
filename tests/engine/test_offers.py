"""What a node could read: as the checker judges it when it is bound."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings

from builder.engine.check import check_reading
from builder.engine.findings import Severity
from builder.engine.graph import Workflow, dump_part
from builder.engine.offers import ANY_INPUT, THE_RESULT, find_offers
from builder.engine.reading import Reading, read_workflow

from .fakes import TYPES
from .strategies import right_workflows, workflows


def read(file: dict[str, Any]) -> Reading:
    return read_workflow(Workflow.model_validate(file), TYPES, {})[0]


def file_of(**nodes: Any) -> dict[str, Any]:
    edges = nodes.pop("edges", [])
    inputs = {
        "type": "object",
        "required": ["name", "count"],
        "properties": {"name": {"type": "string"}, "count": {"type": "integer"}, "note": {"type": "string"}},
    }
    return {"handrail": 1, "name": "Small", "inputs": inputs, "nodes": nodes, "edges": edges}


def words(file: dict[str, Any], node: str, field: str) -> dict[str, tuple[str, bool]]:
    return {each.path: (each.word, each.sure) for each in find_offers(read(file))[node][field]}


def test_what_fits_and_what_does_not() -> None:
    file = file_of(
        one={"type": "test.step@1"},
        two={"type": "test.shout@1", "inputs": {"text": {"value": "x"}}},
        three={"type": "test.step@1"},
        edges=[{"from": "one", "to": "two"}, {"from": "two", "to": "three"}],
    )
    said = words(file, "two", "text")
    assert said["input.name"] == ("checked", True), "it may be longer than 20"
    assert said["input.note"] == ("checked", False), "it need not be given"
    assert said["input.count"][0] == "no"
    assert said["one.text"] == ("checked", True)
    assert said["one.number"][0] == "no"
    assert not any(path.startswith(("three", "two", "one.error")) for path in said)
    reasons = {each.path: each.reason for each in find_offers(read(file))["two"]["text"]}
    assert reasons["one.number"]
    assert reasons["one.text"]
    assert words(file, "two", "times")["input.count"] == ("checked", True)
    assert set(find_offers(read(file))["three"]) == {ANY_INPUT}, "what takes nothing is offered nothing of its own"
    assert words(file, "three", ANY_INPUT)["one.number"] == ("fits", True), "a formula may read it all the same"
    assert next(each.type for each in find_offers(read(file))["three"][ANY_INPUT] if each.path == "one.number")
    assert words(file, THE_RESULT, ANY_INPUT)["one.text"] == ("fits", True)


def test_what_only_one_branch_gives_is_not_sure() -> None:
    file = file_of(
        pick={"type": "flow.branch@1", "config": {"cases": [{"port": "left", "when": "true"}], "otherwise": "right"}},
        one={"type": "test.step@1"},
        last={"type": "test.shout@1"},
        edges=[{"from": "pick.left", "to": "one"}, {"from": "one", "to": "last"}, {"from": "pick.right", "to": "last"}],
    )
    assert words(file, "last", "text")["one.text"] == ("checked", False)
    assert words(file, "last", ANY_INPUT)["one.text"] == ("fits", False)
    assert words(file, THE_RESULT, ANY_INPUT)["one.text"] == ("fits", False)


def test_inside_a_map_there_is_its_item_and_nothing_outside() -> None:
    body = {"nodes": {"inner": {"type": "test.shout@1"}}}
    file = file_of(
        one={"type": "test.step@1"},
        rows={"type": "flow.map@1", "config": {"body": body}, "inputs": {"items": {"value": ["a"]}}},
        edges=[{"from": "one", "to": "rows"}],
    )
    said = words(file, "rows.inner", "text")
    assert said["item"] == ("checked", True)
    assert said["index"][0] == "no"
    assert not any(path.startswith("one") for path in said)
    assert words(file, "rows", "items")["one.text"][0] == "no", "a map wants a list"


def test_only_those_asked_about_are_answered() -> None:
    file = file_of(one={"type": "test.step@1"}, two={"type": "test.step@1"}, edges=[{"from": "one", "to": "two"}])
    assert set(find_offers(read(file), only={"two"})) == {"two"}


@given(workflows())
def test_any_graph_has_an_answer(file: dict[str, Any]) -> None:
    find_offers(read(file))


@settings(max_examples=max(10, settings.get_profile("fast").max_examples // 4))
@given(right_workflows())
def test_the_checker_says_what_the_offer_said(workflow: Workflow) -> None:
    """Bound as offered, a field is refused exactly where the offer said so."""
    reading = read_workflow(workflow, TYPES, {})[0]
    asked = 0
    for path, fields in find_offers(reading).items():
        if "." in path or path == THE_RESULT:
            continue
        for name, offers in fields.items():
            for offer in offers[::5] if name != ANY_INPUT else ():
                asked += 1
                if asked > 12:
                    return
                file = copy.deepcopy(dump_part(workflow))
                file["nodes"][path].setdefault("inputs", {})[name] = {"from": offer.path}
                wrong = {each.code for each in _errors(file) if (each.node, each.field) == (path, f"inputs.{name}")}
                assert ("does_not_fit" in wrong) == (offer.word == "no"), (offer, wrong)
                assert ("maybe_missing" in wrong) == (not offer.sure), (offer, wrong)


def _errors(file: dict[str, Any]) -> list[Any]:
    reading, findings = read_workflow(Workflow.model_validate(file), TYPES, {})
    return [each for each in [*findings, *check_reading(reading)] if each.severity is Severity.ERROR]
