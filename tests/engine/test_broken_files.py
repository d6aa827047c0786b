"""Example files with parts exchanged, taken away or put where they do not belong: read, checked, told, woven."""

from __future__ import annotations

import copy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from builder.catalog import discover_types
from builder.cli.explain import tell_workflow
from builder.engine.check import check_reading
from builder.engine.facts import ConnectionFacts, collect_facts
from builder.engine.findings import has_error
from builder.engine.graph import Workflow
from builder.engine.offers import find_offers
from builder.engine.prove import certify
from builder.engine.reading import read_workflow
from builder.engine.source import check_source
from builder.engine.template import GovernanceTemplate
from builder.engine.verify import verify
from builder.engine.weave import weave
from builder.kit.shapes import check_schema, keep_sound
from builder.workflows.load import called_references

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
RULES = EXAMPLES / "support-triage" / "governance.yaml"
FILES = [*sorted(EXAMPLES.glob("constructs/*.yaml")), EXAMPLES / "support-triage" / "workflow.yaml"]
PLAIN: list[dict[str, Any]] = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in FILES]
PLAIN[-1]["triggers"] = [
    {"kind": "webhook", "name": "Desk", "settings": {"max_size": 9}, "inputs": {"ticket": {"from": "body.text"}}},
    {"kind": "schedule", "name": "Nightly", "settings": {"cron": "0 2 * * *"}, "inputs": {"ticket": {"value": "Hi"}}},
    {"kind": "api", "name": "Program", "inputs": {"ticket": {"template": "{{ body.a }}"}}},
]
TEMPLATES = [GovernanceTemplate.model_validate(yaml.safe_load(RULES.read_text(encoding="utf-8")))]
TYPES = discover_types()
MODELS = {"default": ConnectionFacts("practice", "local", "eu")}
DAY = date(2026, 1, 1)
ODD: list[Any] = [
    None, True, 0, -1, 1e308, 2**63 - 1, "", "a", "input", "input.x", "x.y.z", "previous.x", "item", "index", "error",
    "{{ input }}", "1/0", "PT5S", "P99999999Y", "flow.map@1", "flow.loop@1", "flow.call@1", "review.approve@1",
    "policy.unmask@1", "prompt.complete@1", [], {}, [[]], [1, 2], ["a", "a"], {"a": 1}, {"type": "object"},
    {"type": ["string", "null"]}, {"type": "array", "items": {"type": "integer"}}, {"from": "input"}, {"from": []},
    {"from": ["input.a", "input.b"]}, {"expr": "input"}, {"template": "{{ x }}"}, {"value": 1, "default": 2},
]  # fmt: skip


def places_in(plain: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything inside."""
    inner = plain.items() if isinstance(plain, dict) else enumerate(plain) if isinstance(plain, list) else ()
    return [path for key, value in inner for path in ((*above, key), *places_in(value, (*above, key)))]


def look_up(plain: Any, path: tuple[Any, ...]) -> Any:
    for part in path:
        plain = plain[part]
    return plain


@st.composite
def broken_files(draw: st.DrawFn) -> dict[str, Any]:
    """An example after one to four changes."""
    plain = copy.deepcopy(draw(st.sampled_from(PLAIN)))
    for _ in range(draw(st.integers(1, 4))):
        places = places_in(plain)
        if not places:
            break
        path = draw(st.sampled_from(places))
        around, last = look_up(plain, path[:-1]), path[-1]
        way = draw(st.sampled_from(["odd", "odd", "moved", "moved", "gone", "renamed"]))
        if way == "gone":
            del around[last]
        elif way == "renamed" and isinstance(around, dict):
            around[draw(st.sampled_from([each for each in ODD if isinstance(each, str)]))] = around.pop(last)
        elif way == "moved":
            around[last] = copy.deepcopy(look_up(plain, draw(st.sampled_from(places))))
        else:
            around[last] = copy.deepcopy(draw(st.sampled_from(ODD)))
    return plain


@given(broken_files())
def test_every_broken_file_is_told_and_what_is_woven_of_it_verifies(plain: dict[str, Any]) -> None:
    workflow, findings = check_source(plain)
    if workflow is None:
        assert has_error(findings)
        return
    list(called_references(workflow.model_dump(mode="json", by_alias=True).get("nodes", {}), TYPES))
    reading, more = read_workflow(workflow, TYPES, {})
    found = [*findings, *more, *check_reading(reading)]
    assert all(each.sentence and each.way_out for each in found)
    collect_facts(reading, MODELS)
    find_offers(reading)
    if has_error(found):
        return
    assert list(tell_workflow(reading))
    woven, proof = certify(weave(workflow, TEMPLATES, TYPES, day=DAY, connections=MODELS, reading=reading))
    if proof.holds and not has_error(proof.findings):
        assert verify(woven, TYPES, connections=MODELS).holds


@pytest.mark.parametrize(
    ("inputs", "kept"),
    [
        ({"type": "object", "properties": {"a": 1, "b": {"type": "string"}}}, {"a": {}, "b": {"type": "string"}}),
        ({"type": "object", "properties": {"a": {"type": "nonsense"}}}, {"a": {}}),
        ({"type": "object", "properties": {"a": {"type": None}}}, {"a": {}}),
        ({"type": "object", "properties": {"a": {"type": "string", "maxLength": "x"}}}, {"a": {"type": "string"}}),
        ({"type": "object", "properties": {"a": {"type": 3}}, "required": [{}, "a"]}, {"a": {}}),
        ({"type": "object", "properties": {"a": {"type": "array", "items": 7}}}, {"a": {"type": "array", "items": {}}}),
    ],
)
def test_a_field_with_a_wrong_schema_stays_a_field(inputs: dict[str, Any], kept: dict[str, Any]) -> None:
    sound = keep_sound(inputs)
    assert check_schema(sound) == []
    assert sound["properties"] == kept
    assert keep_sound(sound) is sound


@pytest.mark.parametrize("inputs", [{"type": "object", "properties": ["a"]}, {"type": "object", "properties": "x"}, {}])
def test_a_schema_without_fields_is_read(inputs: dict[str, Any]) -> None:
    binding = {"from": ["input.a"]}
    plain = {"handrail": 1, "name": "X", "inputs": inputs, "result": {"r": binding}}
    plain["nodes"] = {"a": {"type": "flow.transform@1", "inputs": {"x": {"expr": "input.a"}, "y": binding}}}
    reading, _ = read_workflow(Workflow.model_validate(plain), TYPES, {})
    assert has_error(check_reading(reading))


def test_a_list_of_paths_without_a_path_is_told() -> None:
    plain = {"handrail": 1, "name": "X", "inputs": {"type": "object"}, "edges": [], "result": {"r": {"from": []}}}
    plain["nodes"] = {"a": {"type": "flow.transform@1", "inputs": {"x": {"from": []}}}}
    reading, _ = read_workflow(Workflow.model_validate(plain), TYPES, {})
    told = [each.sentence for each in check_reading(reading)]
    assert "A `from` of `a` names nothing to read." in told
    assert "A `from` of the result names nothing to read." in told


def test_a_body_whose_steps_are_wrong_calls_nothing() -> None:
    body = {"nodes": {"x": {"type": "flow.transform@1", "config": "no"}, "y": {"type": "flow.call@1", "config": []}}}
    nodes = {"m": {"type": "flow.map@1", "config": {"body": body}}}
    assert list(called_references(nodes, TYPES)) == []
