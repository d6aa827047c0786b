"""What values carry, and what the labels themselves forbid."""

from __future__ import annotations

from typing import Any

import pytest

from builder.engine.arcs import build_flow
from builder.engine.declared import declassified_in, labels_of_field
from builder.engine.facts import FACTS, Facts, collect_facts, dump_facts, hash_facts
from builder.engine.labels import compute_risk, find_label_faults, labels_of, make_view
from builder.engine.reading import Reading, read_workflow

from .governed import MODELS, TRIAGE, TYPES, workflow

TEXT = {"type": "string"}


def read(plain: dict[str, Any], called: dict[str, Any] | None = None) -> tuple[Reading, Facts]:
    others = {name: workflow(each) for name, each in (called or {}).items()}
    reading, findings = read_workflow(workflow(plain), TYPES, others)
    assert findings == []
    return reading, collect_facts(reading, MODELS)


def graph(
    nodes: dict[str, Any], edges: str = "", result: dict[str, Any] | None = None, **fields: Any
) -> dict[str, Any]:
    """`edges`: `a > b, b.port > c`."""
    pairs = [pair.split(" > ") for pair in edges.split(", ") if pair]
    inputs = {"type": "object", "properties": fields, "required": sorted(fields)}
    return {"inputs": inputs, "nodes": nodes, "edges": [{"from": a, "to": b} for a, b in pairs], "result": result or {}}


def step(kind: str, config: dict[str, Any] | None = None, **inputs: str) -> dict[str, Any]:
    node: dict[str, Any] = {"type": f"{kind}@1", "inputs": {name: {"from": path} for name, path in inputs.items()}}
    return {**node, "config": config} if config else node


def told(plain: dict[str, Any], node: str, field: str, called: dict[str, Any] | None = None) -> dict[str, Any]:
    return labels_of(*read(plain, called))[node][field]


@pytest.mark.parametrize(
    ("schema", "labels"),
    [
        ({"type": "string"}, ("customer-text", "personal")),
        ({"type": ["string", "null"]}, ("customer-text", "personal")),
        ({"type": "object"}, ("customer-text", "personal")),
        ({"type": "array", "items": {"type": "integer"}}, ("customer-text", "personal")),
        ({"type": "string", "format": "file"}, ("customer-text", "personal")),
        ({}, ("customer-text", "personal")),
        ({"type": "integer"}, ()),
        ({"type": ["number", "null"]}, ()),
        ({"type": "boolean"}, ()),
        ({"type": "string", "format": "date"}, ()),
        ({"type": "string", "enum": ["a", "b"]}, ()),
        ({"type": "integer", "labels": ["financial"]}, ("financial",)),
        ({"type": "string", "declassified": {"personal": "product codes only"}}, ("customer-text",)),
        ({"type": "string", "declassified": {"personal": " "}}, ("customer-text", "personal")),
        ({"type": "string", "declassified": ["personal"]}, ("customer-text", "personal")),
        ({"type": "object", "properties": {"a": {"labels": ["health"]}}}, ("customer-text", "health", "personal")),
        ({"type": "string", "labels": ["personal"], "declassified": {"personal": "no"}}, ("customer-text", "personal")),
    ],
)
def test_what_an_input_field_is_labelled(schema: dict[str, Any], labels: tuple[str, ...]) -> None:
    assert labels_of_field(schema) == labels


def test_declassifications_are_told_with_their_reason() -> None:
    inputs = {"properties": {"code": {"declassified": {"personal": "codes"}}, "other": {}}}
    assert declassified_in(inputs) == {"code": {"personal": "codes"}}


def test_labels_join_at_every_reader() -> None:
    nodes = {
        "both": step("flow.transform", a="input.text", b="input.money"),
        "one": step("flow.transform", a="input.money"),
    }
    plain = graph(nodes, text=TEXT, money={"type": "number", "labels": ["financial"]})
    assert told(plain, "both", "b")["labels"] == ["customer-text", "financial", "personal"]
    assert told(plain, "one", "a") == {"labels": ["financial"], "integrity": "untrusted", "checked": []}


def test_an_expression_is_one_reader() -> None:
    nodes = {"n": {"type": "flow.transform@1", "inputs": {"a": {"expr": "input.text + input.other"}}}}
    plain = graph(nodes, text={**TEXT, "labels": ["health"]}, other=TEXT)
    assert "health" in told(plain, "n", "a")["labels"]


def test_an_edge_alone_carries_nothing() -> None:
    nodes = {
        "first": step("flow.transform", a="input.text"),
        "then": {"type": "flow.transform@1", "inputs": {"a": {"value": "x"}}},
    }
    assert told(graph(nodes, "first > then", text=TEXT), "then", "a") == {
        "labels": [], "integrity": "trusted", "checked": [],
    }  # fmt: skip


def test_types_emit_and_policies_remove() -> None:
    nodes = {
        "fetch": step("tool.fetch", a="input.code"),
        "ask": step("prompt.ask", a="fetch.text"),
        "clean": step("policy.secrets", a="input.key"),
    }
    plain = graph(nodes, "fetch > ask", code={"type": "integer"}, key={**TEXT, "labels": ["secret"]})
    assert told(plain, "ask", "text")["labels"] == ["confidential"]
    assert told(plain, "ask", "text")["integrity"] == "untrusted"
    assert told(plain, "clean", "record") == {
        "labels": ["customer-text", "personal"], "integrity": "untrusted", "checked": ["secrets"]
    }  # fmt: skip


def test_a_check_is_a_mark_that_a_model_clears() -> None:
    nodes = {
        "mask": step("policy.personal_data", a="input.text"),
        "keep": step("flow.transform", a="mask.record.a"),
        "mix": step("flow.transform", a="mask.record.a", b="input.text"),
        "ask": step("prompt.ask", a="mask.record.a"),
    }
    plain = graph(nodes, "mask > keep, mask > mix, mask > ask", text=TEXT)
    assert told(plain, "keep", "a")["checked"] == ["personal_data"]
    assert told(plain, "keep", "a")["labels"] == ["customer-text", "masked", "personal"]
    assert told(plain, "mix", "a")["checked"] == []
    assert told(plain, "ask", "text")["checked"] == []


def test_a_review_endorses() -> None:
    nodes = {
        "ask": step("prompt.ask", a="input.text"),
        "look": step("review.edit", {"question": "Good?", "reviewers": {"role": "reviewer"}}, proposal="ask.text"),
    }
    assert told(graph(nodes, "ask > look", text=TEXT), "look", "decided")["integrity"] == "trusted"


def body(nodes: dict[str, Any], result: dict[str, str], edges: str = "") -> dict[str, Any]:
    inner = graph(nodes, edges, {name: {"from": path} for name, path in result.items()})
    return {key: inner[key] for key in ("nodes", "edges", "result")}


def test_a_map_hands_over_field_by_field() -> None:
    inner = body(
        {"item_": step("flow.transform", a="item"), "other": step("flow.transform", a="input.code")}, {"x": "other.a"}
    )
    rows = {**step("flow.map", {"body": inner}, items="input.rows", code="input.code")}
    plain = graph({"rows": rows, "after": step("flow.transform", a="rows.items")}, "rows > after",
                  rows={"type": "array", "items": TEXT, "labels": ["health"]}, code={"type": "integer"})  # fmt: skip
    assert "health" in told(plain, "rows.item_", "a")["labels"]
    assert told(plain, "rows.other", "a")["labels"] == []
    assert told(plain, "after", "a")["labels"] == []


def test_a_loop_hands_its_result_back_to_itself() -> None:
    inner = body({
        "first": {"type": "flow.transform@1", "inputs": {"a": {"from": "previous.x", "default": ""}}},
        "then": step("flow.transform", a="input.text"),
    }, {"x": "then.a"}, "first > then")  # fmt: skip
    loop = step("flow.loop", {"body": inner, "until": "round > 1", "max_rounds": 2}, text="input.text")
    plain = graph({"again": loop}, text={**TEXT, "labels": ["health"]})
    assert "health" in told(plain, "again.first", "a")["labels"]


def test_a_call_is_entered_and_adds_what_the_called_file_says() -> None:
    called = {"other.yaml": graph({"n": step("flow.transform", a="input.x")}, result={"out": {"from": "n.a"}},
                                  x={**TEXT, "labels": ["health"]})}  # fmt: skip
    nodes = {
        "go": step("flow.call", {"workflow": "other.yaml"}, x="input.code"),
        "end": step("flow.transform", a="go.out"),
    }
    code = {**TEXT, "declassified": {"personal": "codes", "customer-text": "codes"}}
    plain = graph(nodes, "go > end", code=code)
    assert told(plain, "go.n", "a", called)["labels"] == ["health"]
    assert told(plain, "end", "a", called)["labels"] == ["health"]


# ---------------------------------------------------------------- steered


BRANCH = {"cases": [{"port": "left", "when": "input.text == 'x'"}], "otherwise": "right"}
EDIT = {"question": "Which?", "reviewers": {"role": "reviewer"}}


@pytest.mark.parametrize(
    ("edges", "steered"),
    [
        ("way.left > a, way.right > b, a > c, b > c", {"a", "b"}),
        ("way.left > a, a > c, way.left > b", {"a", "b", "c"}),
        ("way.left > look, look > a, way.right > b, a > c", {"look", "b"}),
        ("way.left > look, look > a, way.right > a, a > b, b > c", {"look"}),
    ],
)
def test_what_stands_behind_an_untrusted_choice(edges: str, steered: set[str]) -> None:
    nodes = {name: {"type": "flow.transform@1"} for name in "abc"}
    nodes |= {"way": step("flow.branch", BRANCH), "look": step("review.edit", EDIT, proposal="input.text")}
    _, facts = read(graph(nodes, edges, text=TEXT))
    assert make_view(facts).steered == steered


def test_a_choice_on_nothing_untrusted_steers_nothing() -> None:
    nodes = {"way": step("flow.branch", {"cases": [{"port": "left", "when": "1 > 2"}], "otherwise": "right"}),
             "a": {"type": "flow.transform@1"}}  # fmt: skip
    _, facts = read(graph(nodes, "way.left > a"))
    assert make_view(facts).steered == frozenset()


# ---------------------------------------------------------------- findings


def faults(plain: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(each.code, each.node) for each in find_label_faults(make_view(read(plain)[1]))]


def test_a_secret_flows_only_into_a_policy_that_removes_it() -> None:
    key = {**TEXT, "labels": ["secret"]}
    nodes = {"clean": step("policy.secrets", a="input.key"), "after": step("prompt.ask", a="clean.record.a")}
    assert faults(graph(nodes, "clean > after", key=key)) == []
    assert faults(graph({"ask": step("prompt.ask", a="input.key")}, key=key))[0] == ("secret_flows", "ask")
    assert faults(graph({}, result={"out": {"from": "input.key"}}, key=key)) == [("secret_flows", None)]


def test_tokens_that_leave_are_told() -> None:
    nodes = {"mask": step("policy.personal_data", a="input.text"), "send": step("tool.send", a="mask.record.a")}
    assert faults(graph(nodes, "mask > send", text=TEXT)) == [("masked_leaves", "send")]


def test_nobody_turns_tokens_back_by_hand() -> None:
    assert faults(graph({"back": step("policy.unmask", a="input.text")}, text=TEXT)) == [("unmask_by_hand", "back")]


@pytest.mark.parametrize(("text", "risk"), [(TEXT, "high"), ({"type": "integer"}, "medium")])
def test_the_risk_of_a_write(text: dict[str, Any], risk: str) -> None:
    _, facts = read(graph({"send": step("tool.send", a="input.text")}, text=text))
    assert compute_risk(make_view(facts)) == risk


def test_the_risk_of_no_write() -> None:
    _, facts = read(graph({"ask": step("prompt.ask", a="input.text")}, text=TEXT))
    assert compute_risk(make_view(facts)) == "low"


# ---------------------------------------------------------------- facts and the flow graph


def test_facts_are_plain_data_and_back() -> None:
    _, facts = read(TRIAGE)
    assert FACTS.validate_python(dump_facts(facts)) == facts
    assert hash_facts(FACTS.validate_python(dump_facts(facts))) == hash_facts(facts)


def test_an_unknown_connection_is_external_and_nowhere() -> None:
    reading, _ = read_workflow(workflow(TRIAGE), TYPES, {})
    facts = collect_facts(reading, {})
    assert (facts.models["default"].hosted, facts.models["default"].region) == ("external", None)


def test_the_arcs_of_the_triage() -> None:
    _, facts = read(TRIAGE)
    flow = build_flow(facts)
    arcs = {(flow.name(a), flow.name(b)) for a, behind in enumerate(flow.data) for b in behind}
    assert ("/.input.ticket", "classify/.door") in arcs
    assert ("classify/.door", "classify/text") in arcs
    assert ("classify/text", "route/.door") in arcs
    assert ("sort/decided", "answer/.door") in arcs
    assert ("answer/text", "/.result") in arcs
    assert ("/.input.customer_email", "send/.door") in arcs
    control = {(flow.name(a), flow.name(b)) for a, behind in enumerate(flow.control) for b in behind}
    assert {("/.start", "classify/.door"), ("route/.exit", "sort/.door"), ("send/.exit", "/.end")} <= control
    assert ("/.end", "/.result") in control


# ---------------------------------------------------------------- what a signal carries


def test_what_a_signal_carries_came_from_outside_as_the_input_did() -> None:
    nodes = {
        "hold": {"type": "flow.wait@1", "config": {"signal": "paid"}},
        "use": step("flow.transform", a="hold.signal"),
        "look": step("review.edit", EDIT, proposal="hold.signal"),
    }
    plain = graph(nodes, "hold > use, hold > look", text=TEXT)
    outside = {"labels": ["customer-text", "personal"], "integrity": "untrusted", "checked": []}
    assert told(plain, "hold", "signal") == outside
    assert told(plain, "use", "a") == outside
    assert told(plain, "look", "decided")["integrity"] == "trusted", "a person looked at it"


def test_a_check_that_stood_before_the_wait_says_nothing_of_the_signal() -> None:
    nodes = {
        "mask": step("policy.personal_data", a="input.text"),
        "hold": step("flow.wait", {"signal": "paid"}, a="mask.record.a"),
        "use": step("flow.transform", a="hold.signal"),
        "clean": step("policy.personal_data", a="hold.signal"),
        "keep": step("flow.transform", a="clean.record.a"),
    }
    plain = graph(nodes, "mask > hold, hold > use, hold > clean, clean > keep", text=TEXT)
    assert told(plain, "use", "a")["checked"] == []
    assert told(plain, "keep", "a")["checked"] == ["personal_data"]
