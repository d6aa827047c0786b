"""The fewest doors: as few as an exhaustive search finds, on small graphs."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

from hypothesis import assume, given

from builder.engine.arcs import RESULT_DOOR
from builder.engine.doors import RESULT_AT, open_doors, place_stands
from builder.engine.facts import Facts, collect_facts, type_facts
from builder.engine.labels import make_view
from builder.engine.questions import BoundRule, ask_question, reach_all
from builder.engine.reading import read_workflow
from builder.engine.stands import ready_rule

from .governed import HUMAN_RULE, MODELS, TYPES, template, workflow, woven
from .governed_graphs import rules, workflows
from .test_labels import TEXT, graph, step
from .test_weave import PROMPT, TONE, pass_rule


def gets_past(facts: Facts, bound: BoundRule, doors: tuple[str, ...]) -> bool:
    """Whether anything gets past guards that stand at these doors."""
    readied = ready_rule(bound, TYPES)
    guard = readied.guard
    assert guard is not None
    types = facts.types | {guard.type: type_facts(TYPES[guard.type])}
    known = replace(facts, types=types, wanted={bound.key: dict(readied.wanted or {})})
    view = make_view(open_doors(known, place_stands(known, {door: [guard] for door in doors})))
    question = ask_question(view, bound)
    assert question is not None
    reached = reach_all(question.starts, question.arcs, question.open)
    return any(reached[target] for target in question.targets)


def fewest_by_trying(facts: Facts, bound: BoundRule) -> int | None:
    """How many doors suffice, by trying all sets of them."""
    doors = [*facts.nodes, RESULT_AT]
    for count in range(len(doors) + 1):
        if any(gets_past(facts, bound, chosen) is False for chosen in itertools.combinations(doors, count)):
            return count
    return None


@given(workflows(size=5, depth=0), rules(places=("fewest",)))
def test_the_fewest_doors_are_the_fewest(plain: dict[str, Any], rule: dict[str, Any]) -> None:
    assume("must_pass" in rule and "restore" not in rule)
    reading, _ = read_workflow(workflow(plain), TYPES, {})
    facts = collect_facts(reading, MODELS)
    rule_set = template(rule)
    least = fewest_by_trying(facts, BoundRule(rule_set, rule_set.rules[0]))
    assert len(woven(plain, rule_set).insertions) == least


def test_of_equal_cuts_the_nearest_to_the_target_is_taken() -> None:
    names = ["a", "b", "c"]
    nodes = {
        name: step("flow.transform", a=f"{before}")
        for name, before in zip(names, ["input.text", "a.a", "b.a"], strict=True)
    }
    plain = graph({**nodes, "ask": step("prompt.ask", a="c.a")}, "a > b, b > c, c > ask", text=TEXT)
    done = woven(plain, template(pass_rule({"labels": ["personal"]}, PROMPT, TONE, "policy.tone@1", "fewest")))
    assert [each.at["to"] for each in done.insertions] == ["ask"]


def test_one_guard_before_a_container_covers_its_body() -> None:
    inner = {
        "nodes": {name: step("prompt.ask", a="item") for name in ("one", "two")},
        "edges": [],
        "result": {"x": {"from": "one.text"}},
    }
    rows = step("flow.map", {"body": inner}, items="input.rows")
    plain = graph({"rows": rows}, rows={"type": "array", "items": TEXT})
    done = woven(plain, template(pass_rule({"labels": ["personal"]}, PROMPT, TONE, "policy.tone@1", "fewest")))
    assert [each.at["to"] for each in done.insertions] == ["rows"]


def test_the_result_has_a_door_to_be_cut_at() -> None:
    plain = graph(
        {"a": step("flow.transform", a="input.text")},
        "",
        {"out": {"from": "input.text"}, "b": {"from": "a.a"}},
        text=TEXT,
    )
    done = woven(
        plain, template(pass_rule({"labels": ["personal"]}, {"result": True}, TONE, "policy.tone@1", "fewest"))
    )
    assert [each.at["to"] for each in done.insertions] == ["result"]
    assert RESULT_DOOR == ("", ".result")


def test_behind_a_review_nothing_is_untrusted_that_a_tool_gives() -> None:
    nodes = {"one": step("tool.send", a="input.text"), "two": step("tool.send", a="one.text")}
    rule = {**HUMAN_RULE, "insert": {**HUMAN_RULE["insert"], "place": "fewest"}}
    rule["must_pass"] = {**rule["must_pass"], "from": {"integrity": "untrusted"}}
    done = woven(graph(nodes, "one > two", text=TEXT), template(rule))
    assert [each.at["to"] for each in done.insertions] == ["one"]


def test_behind_a_review_a_model_is_untrusted_again() -> None:
    nodes = {
        "one": step("tool.send", a="input.text"),
        "ask": step("prompt.ask", a="one.text"),
        "two": step("tool.send", a="ask.text"),
    }
    rule = {**HUMAN_RULE, "insert": {**HUMAN_RULE["insert"], "place": "fewest"}}
    rule["must_pass"] = {**rule["must_pass"], "from": {"integrity": "untrusted"}}
    done = woven(graph(nodes, "one > ask, ask > two", text=TEXT), template(rule))
    assert [each.at["to"] for each in done.insertions] == ["one", "two"]
