"""Bindings, results and conditions over the state of a run, and plans from workflow files."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from builder.engine.compile_plan import UnplannableError, compile_plan
from builder.engine.facts import collect_facts
from builder.engine.graph import Workflow
from builder.engine.plan import Plan
from builder.engine.reading import read_workflow
from builder.engine.resolve import choose_ports, judge_loop, resolve_inputs, resolve_result
from builder.engine.state import RunState, Scope, StepState, StepStatus
from builder.engine.woven import Woven
from builder.kit.expressions import EvaluationError
from builder.sdk import Control

from .fakes import TYPES

INPUT = {
    "type": "object",
    "required": ["ticket"],
    "properties": {"ticket": {"type": "string"}, "note": {"type": "string"}, "amount": {"type": "number"}},
}


def weave_nothing(nodes: dict[str, Any], edges: list[str], result: dict[str, Any] | None = None) -> Woven:
    """A woven workflow that no rule binds."""
    arrows = [dict(zip(("from", "to"), edge.split(" -> "), strict=True)) for edge in edges]
    plain = {"handrail": 1, "name": "Test", "inputs": INPUT, "nodes": nodes, "edges": arrows, "result": result or {}}
    reading, _ = read_workflow(Workflow.model_validate(plain), TYPES, {})
    return Woven(plain, plain, collect_facts(reading, {}), (), {}, date(2030, 1, 1), (), ())


def plan_of(nodes: dict[str, Any], edges: list[str], result: dict[str, Any] | None = None) -> Plan:
    return compile_plan(weave_nothing(nodes, edges, result), TYPES, {"default": 0.25})


def shout(**inputs: Any) -> dict[str, Any]:
    return {"type": "test.shout@1", "inputs": inputs}


def at(inputs: Any = None, path: str = "", **steps: StepState) -> RunState:
    scope = Scope(path, {"ticket": "hello"} if inputs is None else inputs, steps)
    return RunState(scopes={path: scope})


def done(**output: Any) -> StepState:
    return StepState(StepStatus.SUCCEEDED, 1, ("done",), output)


ERROR = {"class": "permanent", "code": "broken", "sentence": "It is broken.", "attempts": 1, "at": "2030-01-01"}


@pytest.mark.parametrize(("binding", "given"), [
    ({"value": "fixed"}, "fixed"),
    ({"value": None}, None),
    ({"from": "input.ticket"}, "hello"),
    ({"from": ["b.loud", "a.loud"]}, "A"),
    ({"from": ["b.maybe", "a.maybe"], "default": "none"}, "none"),
    ({"from": "a.nothing", "default": "x"}, None),
    ({"from": "f.error.code"}, "broken"),
    ({"from": "f.loud", "default": "failed"}, "failed"),
    ({"expr": "a.loud + '!'"}, "A!"),
    ({"expr": "b.loud", "default": "absent"}, "absent"),
    ({"template": "{{ input.ticket }} and {{ a.loud }}"}, "hello and A"),
    ({"template": "{{ b.loud }}", "default": "-"}, "-"),
])  # fmt: skip
def test_each_way_of_binding(binding: dict[str, Any], given: Any) -> None:
    nodes = {"a": shout(text={"value": "x"}), "b": shout(text={"value": "x"}), "f": shout(text={"value": "x"}),
             "t": shout(text=binding)}  # fmt: skip
    plan = plan_of(nodes, ["a -> t", "b -> t", "f.error -> t", "f -> t"])
    failed = StepState(StepStatus.FAILED, 1, ("error",), None, ERROR)
    state = at(a=done(loud="A", nothing=None), b=StepState(StepStatus.SKIPPED), f=failed)
    assert resolve_inputs(plan, state, "t") == {"text": given}


def test_what_is_absent_and_has_no_default_is_left_out() -> None:
    plan = plan_of({"a": shout(text={"from": "input.note"}, times={"value": 2})}, [])
    assert resolve_inputs(plan, at(), "a") == {"times": 2}
    assert resolve_inputs(plan, at({"ticket": "", "note": None}), "a") == {"text": None, "times": 2}


def test_a_failed_step_is_read_behind_its_error_port_only() -> None:
    plan = plan_of({"f": shout(), "a": shout(text={"from": "f.error.sentence", "default": "fine"})}, ["f -> a"])
    assert resolve_inputs(plan, at(f=StepState(StepStatus.FAILED, 1, (), None, ERROR)), "a") == {"text": "fine"}
    assert resolve_inputs(plan, at(f=done(loud="A")), "a") == {"text": "fine"}


def test_an_expression_without_a_result_is_an_error() -> None:
    plan = plan_of({"a": shout(text={"expr": "input.note + '!'"})}, [])
    with pytest.raises(EvaluationError):
        resolve_inputs(plan, at(), "a")


def test_names_of_bodies() -> None:
    body = {"nodes": {"s": shout(text={"from": "item"}, times={"expr": "index + size(input.items)"})}, "edges": [],
            "result": {"loud": {"from": "s.loud"}}}  # fmt: skip
    again = {"nodes": {"s": shout(text={"from": "previous.loud", "default": "first"}, times={"from": "round"})},
             "edges": [], "result": {"loud": {"from": "s.loud"}}}  # fmt: skip
    plan = plan_of({
        "rows": {"type": "flow.map@1", "config": {"body": body}, "inputs": {"items": {"value": ["a", "b"]}}},
        "l": {"type": "flow.loop@1",
              "config": {"body": again, "until": "result.loud == 'B' || round >= 3", "max_rounds": 3}},
    }, [])  # fmt: skip
    item = Scope("rows[1]", {"items": ["a", "b"]}, {"s": done(loud="B")}, item="b", index=1)
    first = Scope("l[1]", {}, {}, round=1, result={"loud": "A"}, settled=True)
    second = Scope(
        "l[2]", {}, {"s": done(loud="B")}, round=2, previous={"loud": "A"}, result={"loud": "B"}, settled=True
    )
    state = RunState(scopes={"": Scope(""), "rows[1]": item, "l[1]": first, "l[2]": second})
    assert resolve_inputs(plan, state, "rows[1].s") == {"text": "b", "times": 3}
    assert resolve_result(plan, state, "rows[1]") == {"loud": "B"}
    assert resolve_inputs(plan, state, "l[1].s") == {"text": "first", "times": 1}
    assert resolve_inputs(plan, state, "l[2].s") == {"text": "A", "times": 2}
    assert not judge_loop(plan, state, "l", 1)
    assert judge_loop(plan, state, "l", 2)


def test_results_leave_out_what_is_absent() -> None:
    result = {"loud": {"from": ["a.loud", "b.loud"]}, "other": {"from": "b.loud", "default": None}}
    plan = plan_of({"a": shout(text={"value": "x"}), "b": shout(text={"value": "x"})}, [], result)
    assert resolve_result(plan, at(a=done(loud="A"), b=StepState(StepStatus.SKIPPED)), "") == {
        "loud": "A",
        "other": None,
    }


def branch(**config: Any) -> dict[str, Any]:
    cases = [{"port": "large", "when": "input.amount > 100"}, {"port": "huge", "when": "input.amount > 1000"}]
    return {"x": {"type": "flow.branch@1", "config": {"cases": cases, "otherwise": "small", **config}}}


@pytest.mark.parametrize(("amount", "take", "ports"), [
    (5.0, "first", ("small",)), (500.0, "first", ("large",)), (5000.0, "first", ("large",)),
    (5.0, "every", ("small",)), (5000.0, "every", ("large", "huge")),
])  # fmt: skip
def test_a_branch_takes_the_first_true_case_or_every_one(amount: float, take: str, ports: tuple[str, ...]) -> None:
    plan = plan_of(branch(take=take), [])
    assert choose_ports(plan, at({"ticket": "", "amount": amount}), "x") == ports


def test_a_condition_that_errors_takes_no_case() -> None:
    with pytest.raises(EvaluationError):
        choose_ports(plan_of(branch(), []), at({"ticket": ""}), "x")


# ---------------------------------------------------------------- plans


def test_a_plan_holds_what_the_machine_needs() -> None:
    woven = weave_nothing(
        {
            "p": {"type": "test.prompt@1", "inputs": {"text": {"from": "input.ticket"}}, "on_error": {
                "retry": {"attempts": 5, "on": ["transient"], "max_delay": "PT10S"}, "timeout": "PT30S"}},
            "s": {"type": "test.send@1", "inputs": {"body": {"from": "p.text"}}},
            "t": shout(text={"from": "input.ticket"}),
            "m": {"type": "flow.merge@1", "config": {"mode": "n_of_m", "n": 2, "cancel": True}},
            "c": {"type": "flow.map@1", "config": {
                "body": {"nodes": {}, "edges": [], "result": {}}, "concurrency": 7, "on_item_error": "keep",
                "quorum": 2}, "inputs": {"items": {"value": []}}},
        },
        ["p -> s", "p.error -> m", "s -> m", "t -> m", "m -> c"],
    )  # fmt: skip
    plan = compile_plan(woven, TYPES, {"default": 0.25})
    nodes = plan.graph.nodes
    assert plan.hash == woven.woven_hash
    assert list(nodes) == ["p", "s", "t", "m", "c"]
    assert plan.graph.roots == ("p", "t")
    assert nodes["m"].incoming == (("p", "error"), ("s", "done"), ("t", "done"))
    assert (nodes["m"].needed, nodes["m"].cancels, nodes["m"].feeders) == (2, True, ("p", "s", "t"))
    assert (nodes["p"].retry.attempts, nodes["p"].retry.max_delay, nodes["p"].timeout) == (5, 10.0, 30.0)
    assert (nodes["p"].spends_at_most, nodes["s"].spends_at_most) == (0.25, None)
    assert (nodes["p"].pure, nodes["t"].pure, nodes["s"].effects.after_crash.value) == (False, True, "unsafe")
    assert (nodes["c"].concurrency, nodes["c"].keep_errors, nodes["c"].quorum) == (7, True, 2)
    assert nodes["c"].control is Control.EACH
    assert "body" not in nodes["c"].config
    assert plan.graph_of("c[3]") is nodes["c"].body
    assert nodes["t"].out_schemas["done"]["properties"].keys() == {"loud", "maybe"}
    assert plan.graph.names["input"] == INPUT


def test_what_is_not_here_cannot_be_planned() -> None:
    woven = weave_nothing({"a": shout(text={"value": "x"})}, [])
    with pytest.raises(UnplannableError) as caught:
        compile_plan(woven, {})
    assert caught.value.node == "a"
    wrong = {**woven.plain, "nodes": {"a": {"type": "test.send@1", "config": {"nonsense": 1}}}}
    with pytest.raises(UnplannableError):
        compile_plan(replace(woven, plain=wrong), TYPES)
