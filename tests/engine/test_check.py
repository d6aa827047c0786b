"""What the checker finds: one small wrong workflow for each finding, and right ones that it leaves alone."""

from __future__ import annotations

from typing import Any

import pytest

from builder.engine.check import check_graph
from builder.engine.findings import Finding, Severity
from builder.engine.graph import Workflow
from builder.engine.source import check_source

from .fakes import TYPES

STEP: dict[str, Any] = {"type": "test.step@1"}
INPUTS: dict[str, Any] = {
    "type": "object",
    "required": ["name", "rows"],
    "properties": {
        "name": {"type": "string"},
        "note": {"type": "string"},
        "rows": {
            "type": "array",
            "items": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}},
        },
    },
}


def edge(way: str) -> dict[str, str]:
    source, _, target = way.partition(" -> ")
    return {"from": source, "to": target}


def flow(nodes: dict[str, Any], *ways: str, **more: Any) -> dict[str, Any]:
    return {"handrail": 1, "name": "A test", "inputs": INPUTS, "nodes": nodes, "edges": [edge(w) for w in ways], **more}


def look(file: Any, called: dict[str, Any] | None = None) -> list[Finding]:
    workflow, findings = check_source(file)
    if workflow is None:
        return findings
    others = {name: Workflow.model_validate(value) for name, value in (called or {}).items()}
    findings = check_graph(workflow, TYPES, others)
    return [each for each in findings if each.code != "no_outcome"]  # few of these small files give anything back


def only(file: Any, code: str, called: dict[str, Any] | None = None) -> Finding:
    findings = look(file, called)
    assert [finding.code for finding in findings] == [code], findings
    assert findings[0].sentence.endswith((".", ":"))
    assert findings[0].way_out
    return findings[0]


def step(config: dict[str, Any] | None = None, **inputs: Any) -> dict[str, Any]:
    return {**STEP, "inputs": inputs, **({"config": config} if config else {})}


def placed(kind: str, config: dict[str, Any] | None = None, **inputs: Any) -> dict[str, Any]:
    return {"type": f"{kind}@1", "config": config or {}, "inputs": inputs}


BRANCH = placed("flow.branch", {"cases": [{"port": "left", "when": "a.flag"}], "otherwise": "right"})
SPLIT = ("a -> route", "route.left -> b", "route.right -> c", "b -> d", "c -> d")


def split(**inputs: Any) -> dict[str, Any]:
    """a → route → {b | c} → d, where d reads."""
    return flow({"a": STEP, "route": BRANCH, "b": STEP, "c": STEP, "d": step(**inputs)}, *SPLIT)


# ---------------------------------------------------------------- what is right


def test_a_right_workflow_has_no_findings() -> None:
    nodes = {
        "a": step(text={"from": "input.name"}),
        "route": BRANCH,
        "b": placed("test.shout", text={"value": "hello"}, times={"value": 2}),
        "c": placed("test.prompt", text={"from": "a.text"}),
        "d": step(both={"from": ["b.loud", "c.text"]}, note={"from": "input.note", "default": ""}),
    }
    assert look(flow(nodes, *SPLIT, result={"said": {"from": ["b.loud", "c.text"]}})) == []


def test_a_parallel_join_reads_both_sides() -> None:
    nodes = {"a": STEP, "b": STEP, "c": STEP, "d": step(x={"from": "b.text"}, y={"expr": "c.number + 1.0"})}
    assert look(flow(nodes, "a -> b", "a -> c", "b -> d", "c -> d")) == []


def test_what_a_branch_skips_is_chosen_by_a_list() -> None:
    assert look(split(x={"from": ["b.text", "c.text"]})) == []


def test_what_a_branch_skips_may_have_a_default() -> None:
    assert look(split(x={"from": "b.text", "default": "none"})) == []


def test_an_error_is_read_behind_its_port() -> None:
    nodes = {"a": STEP, "b": step(why={"from": "a.error.sentence"}), "c": step(x={"from": ["a.text", "a.error.code"]})}
    assert look(flow(nodes, "a.error -> b", "a -> c", "b -> c")) == []


def test_containers_give_what_their_bodies_give() -> None:
    body = {"nodes": {"one": step(text={"from": "item.text"}, at={"from": "index"}, who={"from": "input.who"})},
            "result": {"said": {"from": "one.text"}}}  # fmt: skip
    draft = {
        "nodes": {
            "write": step(last={"from": "previous.draft", "default": ""}, round={"from": "round"}),
            "ask": placed("review.approve", {"reviewers": {"role": "reviewer"}}, text={"from": "write.text"}),
            "sorry": step(why={"from": "ask.reason"}),
        },
        "edges": [edge("write -> ask"), edge("ask.rejected -> sorry")],
        "result": {"draft": {"from": "write.text"}, "word": {"from": "ask.decision"}},
    }
    nodes = {
        "rows": placed("flow.map", {"body": body}, items={"from": "input.rows"}, who={"from": "input.name"}),
        "redraft": placed("flow.loop", {"body": draft, "until": "result.word == 'approve'", "max_rounds": 3}),
        "last": step(all={"from": "rows.items"}, text={"from": "redraft.draft"}),
    }
    assert look(flow(nodes, "rows -> redraft", "redraft -> last", "redraft.exhausted -> last")) == []


def test_a_call_gives_the_result_of_what_it_calls() -> None:
    other = flow({"inner": step(text={"from": "input.name"})}, result={"said": {"from": "inner.text"}})
    nodes = {
        "there": placed("flow.call", {"workflow": "team/other@3"}, name={"from": "input.name"}, rows={"value": []}),
        "here": step(x={"from": "there.said"}),
    }
    assert look(flow(nodes, "there -> here"), {"team/other@3": other}) == []


def test_behind_a_race_one_of_the_racers_is_there() -> None:
    nodes = {
        "a": STEP, "b": STEP,
        "first": placed("flow.merge", {"mode": "first", "cancel": True}),
        "c": step(x={"from": ["a.text", "b.text"]}),
    }  # fmt: skip
    file = flow(nodes, "a -> first", "b -> first", "first -> c", result={"x": {"from": ["a.text", "b.text"]}})
    assert look(file) == []


# ---------------------------------------------------------------- definite assignment


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"x": {"from": "b.text"}}, "does not run on every way"),
        ({"x": {"expr": "b.text"}}, "does not run on every way"),
        ({"x": {"template": "say {{ b.text }}"}}, "does not run on every way"),
        ({"x": {"from": "input.note"}}, "need not be given"),
        ({"x": {"expr": "input.note"}}, "need not be given"),
    ],
)
def test_a_read_must_find_something_on_every_way(inputs: dict[str, Any], words: str) -> None:
    finding = only(split(**inputs), "maybe_missing")
    assert words in finding.sentence
    assert (finding.node, finding.field) == ("d", "inputs.x")


def test_a_condition_reads_like_a_binding() -> None:
    route = placed("flow.branch", {"cases": [{"port": "left", "when": "b.flag"}], "otherwise": "right"})
    file = split()
    file["nodes"]["e"] = route
    file["edges"].append(edge("d -> e"))
    assert only(file, "maybe_missing").field == "config.cases.0.when"


def test_an_expression_may_ask_whether_an_optional_field_is_there() -> None:
    assert look(split(x={"expr": "has(input.note) ? input.note : ''"})) == []


def test_a_list_must_cover_every_way() -> None:
    nodes = {"a": STEP, "route": BRANCH, "b": STEP, "c": STEP, "d": step(x={"from": ["b.text", "e.text"]}), "e": STEP}
    file = flow(nodes, *SPLIT, "b -> e", "e -> d")
    assert "none of" in only(file, "maybe_missing").sentence


def test_a_field_behind_one_port_is_not_behind_another() -> None:
    ask = placed("review.approve", {"reviewers": {"role": "reviewer"}}, text={"from": "input.name"})
    nodes = {"ask": ask, "b": STEP, "c": step(x={"from": "ask.record"})}
    file = flow(nodes, "ask -> c", "ask.rejected -> b", "b -> c")
    assert "only behind `ask.approved`" in only(file, "maybe_missing").sentence
    file["edges"] = [edge("ask -> c")]
    assert [finding.code for finding in look(file)] == []


def test_a_racer_alone_is_not_surely_there() -> None:
    nodes = {"a": STEP, "b": STEP, "first": placed("flow.merge", {"mode": "first"}), "c": step(x={"from": "a.text"})}
    only(flow(nodes, "a -> first", "b -> first", "first -> c"), "maybe_missing")


def test_the_first_round_has_nothing_before_it() -> None:
    body = {"nodes": {"one": step(x={"from": "previous.said"})}, "result": {"said": {"from": "one.text"}}}
    nodes = {"again": placed("flow.loop", {"body": body, "until": "round > 1", "max_rounds": 2})}
    finding = only(flow(nodes), "maybe_missing")
    assert finding.node == "again.one"
    assert "first round" in finding.sentence


def test_the_result_must_find_something_too() -> None:
    file = split()
    file["result"] = {"x": {"from": "b.text"}}
    finding = only(file, "maybe_missing")
    assert (finding.node, finding.field) == (None, "result.x")


def test_an_error_without_an_arrow_is_never_there() -> None:
    nodes = {"a": STEP, "b": step(x={"from": "a.error.sentence"})}
    only(flow(nodes, "a -> b"), "no_error_edge")


# ---------------------------------------------------------------- names, arrows, references, types


@pytest.mark.parametrize(
    ("file", "code", "node", "field", "words"),
    [
        (flow({"A": STEP}), "bad_name", "A", None, "cannot be the name"),
        (flow({"input": STEP}), "reserved_name", "input", None, "word of the language"),
        (flow({"g_a_mask": STEP}), "woven_in_source", "g_a_mask", None, "wove"),
        (flow({"a": step(**{"x y": {"value": 1}})}), "bad_name", "a", "inputs.x y", "field"),
        (flow({"a": placed("test.stepp")}), "unknown_type", "a", "type", "test.stepp@1"),
        (flow({"a": {"type": "test.step@7"}}), "unknown_type", "a", "type", "Version 7"),
        (flow({"a": placed("flow.goto")}), "refused_pattern", "a", "type", "pattern 10"),
        (flow({"a": placed("test.send", {"lout": True})}), "bad_config", "a", "config.lout", "no field `lout`"),
        (flow({"a": placed("test.send", {"to": 3})}), "bad_config", "a", "config.to", "must be a text"),
        (flow({"a": STEP, "b": STEP}, "a -> bb"), "unknown_node", None, "edges.0.to", "`bb`"),
        (flow({"a": STEP, "b": STEP}, "a.dune -> b"), "unknown_port", "a", "edges.0", "`dune`"),
        (flow({"a": STEP}, "a -> a"), "self_edge", "a", "edges.0", "back to itself"),
        (flow({"a": STEP, "b": STEP}, "a -> b", "a.done -> b"), "duplicate_edge", "a", "edges.1", "Two arrows"),
        (flow({"a": step(x={"from": "input.nam"})}), "unknown_field", "a", "inputs.x", "no field `nam`"),
        (flow({"a": step(x={"from": "inputs.name"})}), "unknown_reference", "a", "inputs.x", "no such node"),
        (flow({"a": STEP, "b": step(x={"from": "a"})}, "a -> b"), "no_field", "b", "inputs.x", "names a node"),
        (flow({"a": STEP, "b": step(x={"from": "a.text"})}), "not_upstream", "b", "inputs.x", "no way of arrows"),
        (flow({"a": step(x={"from": "a.text"})}), "not_upstream", "a", "inputs.x", "its own output"),
        (flow({"a": step(x={"expr": "input.name +"})}), "bad_expression", "a", "inputs.x", "line 1"),
        (flow({"a": step(x={"template": "{{ input.name"})}), "bad_template", "a", "inputs.x", "template"),
        (flow({"a": placed("test.shout")}), "missing_input", "a", "inputs.text", "`text` is missing"),
        (flow({"a": placed("test.prompt")}), "bad_template", "a", "config.prompt", "text"),
        (
            flow({"a": placed("test.shout", text={"value": "x"}, txt={"value": "x"})}),
            "unknown_input", "a", "inputs.txt", "no input `txt`",
        ),
        (
            flow({"a": placed("test.shout", text={"value": 3})}),
            "wrong_value", "a", "inputs.text.value", "does not fit",
        ),
        (
            flow({"a": placed("test.shout", text={"value": "x"}, times={"from": "input.rows", "default": 1})}),
            "does_not_fit", "a", "inputs.times", "`input.rows`",
        ),
        (
            flow({"a": placed("test.shout", text={"from": "input.note", "default": 3})}),
            "wrong_value", "a", "inputs.text.default", "default",
        ),
        (
            flow({"a": {**STEP, "on_error": {"timeout": "30 s"}}}),
            "bad_duration", "a", "on_error.timeout", "not a duration",
        ),
        (flow({"a": placed("flow.wait", {"wait_for": "PT0S"})}), "bad_duration", "a", "config.wait_for", "longer"),
        (
            flow({"a": placed("test.send", {"to": "AKIAIOSFODNN7EXAMPLQ"})}),
            "secret_in_file", "a", "config.to", "secret",
        ),
    ],
)  # fmt: skip
def test_each_wrong_thing_has_its_finding(
    file: Any, code: str, node: str | None, field: str | None, words: str
) -> None:
    findings = [finding for finding in look(file) if finding.severity is Severity.ERROR]
    assert [(finding.code, finding.node, finding.field) for finding in findings] == [(code, node, field)], findings
    assert words in findings[0].sentence


def test_the_nearest_word_is_suggested() -> None:
    assert "`test.step@1`" in only(flow({"a": placed("test.stepp")}), "unknown_type").way_out
    assert "`name`" in only(flow({"a": step(x={"from": "input.nam"})}), "unknown_field").way_out


def test_only_bounds_apart_is_a_warning() -> None:
    finding = only(flow({"a": placed("test.shout", text={"from": "input.name"})}), "checked_at_run_time")
    assert finding.severity is Severity.WARNING


def test_all_findings_come_at_once() -> None:
    nodes = {"A": STEP, "b": placed("test.nothing"), "c": step(x={"from": "input.nam"}), "d": placed("test.shout")}
    codes = {finding.code for finding in look(flow(nodes, "b -> zz"))}
    assert codes == {"bad_name", "unknown_type", "unknown_field", "missing_input", "unknown_node"}


# ---------------------------------------------------------------- structure


def test_a_cycle_is_told_in_order() -> None:
    finding = only(flow({"a": STEP, "b": STEP, "c": STEP}, "a -> b", "b -> c", "c -> a"), "cycle")
    assert "`a` → `b` → `c` → `a`" in finding.sentence
    assert "loop" in finding.way_out


def test_nothing_stands_behind_a_stop() -> None:
    stop = placed("flow.stop", {"status": "failed", "reason": "No."})
    codes = [finding.code for finding in look(flow({"a": stop, "b": STEP}, "a -> b"))]
    assert codes == ["edge_behind_stop", "unreachable"]


def test_a_branch_has_a_way_out() -> None:
    nodes = {"a": STEP, "route": placed("flow.branch", {"cases": [{"port": "left", "when": "a.flag"}]})}
    assert only(flow(nodes, "a -> route"), "branch_without_otherwise").field == "config.otherwise"


def test_a_loop_is_bounded() -> None:
    nodes = {"again": placed("flow.loop", {"body": {"nodes": {"one": STEP}}, "until": "round > 1"})}
    assert only(flow(nodes), "unbounded_loop").field == "config.max_rounds"


def test_a_merge_can_run() -> None:
    nodes = {"a": STEP, "m": placed("flow.merge", {"mode": "n_of_m", "n": 2})}
    assert only(flow(nodes, "a -> m"), "merge_never_runs").node == "m"


@pytest.mark.parametrize(
    ("node", "number"),
    [
        (placed("flow.merge", {"mode": "each"}), "pattern 8"),
        (placed("flow.merge", {"mode": "blocking"}), "patterns 28 and 31"),
        (placed("flow.merge", {"mode": "general"}), "patterns 33 and 38"),
        (placed("flow.map", {"body": {}, "wait": False}, items={"from": "input.rows"}), "pattern 12"),
        (placed("flow.map", {"body": {}, "stop_when": "true"}, items={"from": "input.rows"}), "pattern 27"),
        (placed("flow.map", {"body": {}, "quorum": "input.n"}, items={"from": "input.rows"}), "patterns 15 and 36"),
        (placed("test.send", {"concurrency_key": "k"}), "patterns 17, 39, 40"),
        (placed("test.send", {"milestone": "m"}), "pattern 18"),
        (placed("test.send", {"cancel_group": "g"}), "pattern 25"),
        (placed("flow.thread_split"), "patterns 41 and 42"),
    ],
)
def test_a_refused_pattern_is_named_with_what_to_use(node: dict[str, Any], number: str) -> None:
    assert number in only(flow({"a": node}), "refused_pattern").sentence


# ---------------------------------------------------------------- bodies and calls


def body_of(*ways: str, **nodes: Any) -> dict[str, Any]:
    body = {"nodes": nodes, "edges": [edge(way) for way in ways]}
    rows = placed("flow.map", {"body": body}, items={"from": "input.rows"})
    return flow({"before": STEP, "rows": rows}, "before -> rows")


@pytest.mark.parametrize(
    ("binding", "code"),
    [
        ({"from": "before.text"}, "body_sees_nothing_outside"),
        ({"expr": "before.text"}, "body_sees_nothing_outside"),
        ({"from": "input.name"}, "unknown_field"),
        ({"from": "item.name"}, "unknown_field"),
        ({"from": "round"}, "unknown_reference"),
    ],
)
def test_a_body_sees_nothing_outside(binding: dict[str, Any], code: str) -> None:
    finding = only(body_of(check=step(x=binding)), code)
    assert (finding.node, finding.field) == ("rows.check", "inputs.x")


def test_a_body_is_checked_like_the_outer_graph() -> None:
    assert only(body_of("a -> b", "b -> a", a=STEP, b=STEP), "cycle").node == "rows.a"
    assert only(body_of(check={"type": 3}), "bad_file").node == "rows.check"


def test_an_item_that_may_have_failed_may_be_nothing() -> None:
    body = {"nodes": {"one": STEP}, "result": {"said": {"from": "one.text"}}}
    inner = {"nodes": {"two": placed("test.shout", text={"from": "item.said"})}}
    nodes = {
        "rows": placed("flow.map", {"body": body, "on_item_error": "keep"}, items={"from": "input.rows"}),
        "more": placed("flow.map", {"body": inner}, items={"from": "rows.items"}),
    }
    codes = {finding.code for finding in look(flow(nodes, "rows -> more"))}
    assert codes == {"maybe_missing", "checked_at_run_time"}


def test_calls_lead_somewhere_and_not_back() -> None:
    def call(reference: str) -> dict[str, Any]:
        return flow({"c": placed("flow.call", {"workflow": reference})}, inputs={"type": "object"})

    assert "which version" in only(call("other"), "unpinned_call").sentence
    only(call("team/other@1"), "unknown_call")
    only(call("team/a@1"), "broken_call", {"team/a@1": call("team/a@1")})
    back = look(call("team/a@1"), {"team/a@1": call("team/b@1"), "team/b@1": call("team/a@1")})
    assert "pattern 22" in back[0].sentence
    wrong = flow({"x": placed("test.shout")}, inputs={"type": "object"})
    assert "1 error" in only(call("team/a@1"), "broken_call", {"team/a@1": wrong}).sentence
    needy = look(call("team/a@1"), {"team/a@1": flow({"x": STEP})})
    assert {finding.field for finding in needy} == {"inputs.name", "inputs.rows"}


def test_containers_do_not_nest_without_end() -> None:
    body: dict[str, Any] = {"nodes": {"one": STEP}}
    for _ in range(12):
        body = {"nodes": {"deeper": placed("flow.loop", {"body": body, "until": "true", "max_rounds": 1})}}
    assert "too_large" in {finding.code for finding in look(flow(body["nodes"]))}


# ---------------------------------------------------------------- files that are no workflow


@pytest.mark.parametrize(
    ("file", "field", "words"),
    [
        (3, None, "one object"),
        ({"name": "x"}, "handrail", "missing"),
        ({"handrail": 2, "name": "x"}, "handrail", "cannot be 2"),
        ({"handrail": 1}, "name", "missing"),
        ({"handrail": 1, "name": "x", "nods": {}}, "nods", "no field"),
        ({"handrail": 1, "name": "x", "nodes": {"a": {}}}, "type", "missing"),
        ({"handrail": 1, "name": "x", "nodes": {"a": {"type": "t.s@1", "inputs": {"x": 3}}}}, "inputs.x", "an object"),
        (
            {"handrail": 1, "name": "x", "nodes": {"a": {"type": "t.s@1", "inputs": {"x": {}}}}},
            "inputs.x",
            "exactly one",
        ),
        ({"handrail": 1, "name": "x", "edges": [{"from": "a"}]}, "edges.0.to", "missing"),
    ],
)
def test_a_bad_file_gets_sentences(file: Any, field: str | None, words: str) -> None:
    workflow, findings = check_source(file)
    assert workflow is None
    assert findings[0].field == field
    assert words in findings[0].sentence
    assert findings[0].sentence.endswith(".")


def test_the_inputs_are_an_object_in_the_subset() -> None:
    assert only(flow({"a": STEP}, inputs={"type": "string"}), "bad_schema").field == "inputs.type"
    strange = {"type": "object", "properties": {"x": {"type": "string", "pattern": "a+"}}}
    assert only(flow({"a": STEP}, inputs=strange), "bad_schema").field == "inputs.properties.x.pattern"


# ---------------------------------------------------------------- what makes no sense


def senseless(file: Any) -> list[tuple[str, Severity, str | None]]:
    found = check_graph(Workflow.model_validate(file), TYPES)
    return [(each.code, each.severity, each.node) for each in found]


def test_a_workflow_without_a_step_is_none() -> None:
    assert senseless(flow({})) == [("no_steps", Severity.ERROR, None)]
    assert "at least one step" in only(flow({}, result={"name": {"from": "input.name"}}), "no_steps").way_out


@pytest.mark.parametrize(
    "container",
    [
        placed(
            "flow.map", {"body": {"nodes": {}, "result": {"x": {"from": "item.text"}}}}, items={"from": "input.rows"}
        ),
        placed("flow.loop", {"body": {"nodes": {}}, "until": "true", "max_rounds": 2}),
    ],
)
def test_to_repeat_nothing_is_told_and_may_be_left(container: Any) -> None:
    file = flow({"a": STEP, "rows": container}, result={"name": {"from": "a.text"}})
    assert senseless(file) == [("empty_body", Severity.WARNING, "rows")]


def test_a_workflow_of_which_nothing_comes_is_told() -> None:
    assert senseless(flow({"a": STEP})) == [("no_outcome", Severity.WARNING, None)]
    assert senseless(flow({"a": STEP}, result={"name": {"from": "a.text"}})) == []
    assert senseless(flow({"a": STEP, "w": placed("test.send")})) == []
