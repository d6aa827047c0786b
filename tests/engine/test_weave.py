"""Where governance stands, rule by rule, and what it says when it cannot."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any, get_args

import pytest

from builder.engine.doors import strip_doors
from builder.engine.graph import Workflow, dump_part, hash_source
from builder.engine.phrases import phrase_certificate, phrase_rule
from builder.engine.prove import _REQUIRED, certify, prove
from builder.engine.template import GovernanceTemplate, Requirement
from builder.engine.verify import verify
from builder.engine.weave import Unweavable, weave
from builder.engine.woven import Woven
from builder.sdk import Stage

from .governed import DAY, HUMAN_RULE, MASK_RULE, MODELS, OTHER_RULES, TRIAGE, TYPES, template, workflow, woven
from .test_labels import BRANCH, EDIT, TEXT, body, graph, step

PERSONAL, WRITE, PROMPT = {"labels": ["personal"]}, {"effect": "write", "external": True}, {"kind": "prompt"}
TONE = {"kind": "policy", "check": "tone"}


def pass_rule(source: Any, target: Any, through: Any, kind: str | None, place: str = "at_target", **more: Any) -> Any:
    rule: dict[str, Any] = {"id": "the-rule", "must_pass": {"from": source, "to": target, "through": through}, **more}
    return {**rule, "insert": {"type": kind, "place": place}} if kind else rule


def stands(done: Woven) -> dict[str, str]:
    """id → type of all that was woven in, each with its door."""
    return {each.id: f"{each.type} at {each.at['to']}" for each in done.insertions}


def attempt(plain: dict[str, Any], *templates: GovernanceTemplate, **more: Any) -> Woven:
    return weave(workflow(plain), templates, TYPES, day=DAY, connections=MODELS, **more)


# ---------------------------------------------------------------- the support triage


def test_the_triage_is_woven_as_its_rules_say() -> None:
    done = woven(TRIAGE, template(MASK_RULE, HUMAN_RULE, *OTHER_RULES))
    assert stands(done) == {
        "g_classify_mask_before_model": "policy.personal_data@1 at classify",
        "g_answer_mask_before_model": "policy.personal_data@1 at answer",
        "g_send_mask_before_model": "policy.unmask@1 at send",
        "g_send_human_before_outward_write": "review.approve@1 at send",
        "g_result_mask_before_model": "policy.unmask@1 at result",
    }
    nodes = done.graph.nodes
    assert nodes["g_send_mask_before_model"].inputs == workflow(TRIAGE).nodes["send"].inputs
    assert dump_part(nodes["g_send_human_before_outward_write"])["inputs"] == {
        "body": {"from": "g_send_mask_before_model.record.body"}
    }
    assert dump_part(nodes["send"])["inputs"] == {"body": {"from": "g_send_human_before_outward_write.record.body"}}
    edges = [(edge.from_, edge.to) for edge in done.graph.edges]
    assert edges[:5] == [
        ("classify", "route"),
        ("route.unsure", "sort"),
        ("route.sure", "g_answer_mask_before_model"),
        ("sort", "g_answer_mask_before_model"),
        ("answer", "g_send_mask_before_model"),
    ]
    assert nodes["sort"] == workflow(TRIAGE).nodes["sort"], "no other node's binding changes"


def test_the_triage_can_be_taken_apart_again() -> None:
    done = woven(TRIAGE, template(MASK_RULE, HUMAN_RULE))
    assert strip_doors(done.plain) == done.source
    assert done.source_hash == hash_source(workflow(TRIAGE))


def test_what_the_machine_enforces_and_what_publishing_asks_for() -> None:
    plain = {**TRIAGE, "deputy": ""}
    done, proof = certify(attempt(plain, template(*OTHER_RULES)))
    assert [(each.word, each.expression, each.duties) for each in done.guards] == [
        ("limit", "run.cost <= 2.0", ()),
        ("separate", "", ("author", "approver", "starter")),
    ]
    assert [(each.code, each.field, each.severity.value) for each in proof.findings] == [
        ("required", "deputy", "warning")
    ]
    assert {each.word for each in done.certificates} == {"forbid", "limit", "separate"}
    assert verify(done, TYPES, connections=MODELS).holds


def test_every_rule_and_certificate_can_be_said() -> None:
    done = woven(TRIAGE, template(MASK_RULE, HUMAN_RULE, *OTHER_RULES))
    by_key = {(each.template.name, each.rule.id): each for each in done.rules}
    for certificate in done.certificates:
        sentence = phrase_certificate(by_key[certificate.template, certificate.rule], certificate)
        assert "None" not in sentence
        assert sentence.endswith(".")
    assert phrase_rule(done.rules[0]) == "Between personal data and a prompt stands the check personal_data."


# ---------------------------------------------------------------- who is bound


@pytest.mark.parametrize(
    ("scope", "bound"),
    [({"teams": ["support"]}, True), ({"teams": ["sales"]}, False), ({"stages": ["production"]}, False)],
)
def test_a_template_binds_by_team_and_stage(scope: dict[str, Any], bound: bool) -> None:
    assert bool(woven(TRIAGE, template(HUMAN_RULE, applies_to=scope)).insertions) is bound


def test_an_exemption_has_an_end() -> None:
    exempt = {"rule": HUMAN_RULE["id"], "workflow": "support/Support triage", "because": "x", "approver": "y"}
    rules = template(HUMAN_RULE, exemptions=[{**exempt, "until": "2026-03-01"}])
    assert woven(TRIAGE, rules).insertions == ()
    assert weave(workflow(TRIAGE), [rules], TYPES, day=date(2026, 3, 2), connections=MODELS).insertions


def test_the_stage_is_a_fact() -> None:
    ban = template({"id": "ban", "forbid": {"kind": "prompt", "stage": ["production"]}})
    assert prove(attempt(TRIAGE, ban)).holds
    assert not prove(attempt(TRIAGE, ban, stage=Stage.PRODUCTION)).holds


# ---------------------------------------------------------------- places


CHAIN = graph(
    {
        "first": step("flow.transform", a="input.text"),
        "left": step("prompt.ask", a="first.a"),
        "right": step("prompt.ask", a="first.a"),
        "end": step("tool.send", a="left.text", b="right.text"),
    },
    "first > left, first > right, left > end, right > end",
    text=TEXT,
)


@pytest.mark.parametrize(
    ("place", "doors"), [("at_target", {"left", "right"}), ("at_source", {"first"}), ("fewest", {"first"})]
)
def test_the_place_of_a_guard(place: str, doors: set[str]) -> None:
    done = woven(CHAIN, template(pass_rule(PERSONAL, PROMPT, TONE, "policy.tone@1", place)))
    assert {each.at["to"] for each in done.insertions} == doors


def test_what_a_guard_at_the_source_does_not_see_is_guarded_at_the_target() -> None:
    """A branch reads in its config, past what stands at its door."""
    cases = {"cases": [{"port": "left", "when": "ask.text == 'yes'"}], "otherwise": "right"}
    nodes = {"ask": step("prompt.ask"), "way": step("flow.branch", cases), "again": step("prompt.ask")}
    plain = graph(nodes, "ask > way, way.left > again")
    done = woven(plain, template(pass_rule(PROMPT, PROMPT, TONE, "policy.tone@1", "at_source")))
    assert {each.at["to"] for each in done.insertions} == {"way", "again"}


def test_what_a_model_writes_starts_anew() -> None:
    done = woven(CHAIN, template(pass_rule(PERSONAL, WRITE, TONE, "policy.tone@1", "fewest")))
    assert {each.at["to"] for each in done.insertions} == {"end"}


def test_behind_a_review_stand_only_pure_nodes() -> None:
    nodes = {
        "ask": step("prompt.ask", a="input.text"),
        "look": step("review.approve", {"reviewers": {"role": "reviewer"}}, a="ask.text"),
        "tidy": step("flow.transform", a="look.record.a"),
        "one": step("tool.send", a="tidy.a"),
        "two": step("tool.send", a="one.text"),
    }
    plain = graph(nodes, "ask > look, look > tidy, tidy > one, one > two", text=TEXT)
    done = woven(plain, template(pass_rule(PROMPT, WRITE, {"kind": "review"}, None)).model_copy(
        update={"rules": template({**HUMAN_RULE, "insert": {"type": "review.approve@1", "config": {"reviewers": {
            "role": "reviewer"}}}}).rules}))  # fmt: skip
    assert stands(done) == {"g_two_human_before_outward_write": "review.approve@1 at two"}


@pytest.mark.parametrize("port", ["rejected", "error"])
def test_behind_another_port_a_review_guards_nothing(port: str) -> None:
    nodes = {
        "ask": step("prompt.ask", a="input.text"),
        "look": step("review.approve", {"reviewers": {"role": "reviewer"}}, a="ask.text"),
        "send": step("tool.send", a="input.text"),
    }
    plain = graph(nodes, f"ask > look, look.{port} > send", text=TEXT)
    rule = {**HUMAN_RULE, "insert": {"type": "review.approve@1", "config": {"reviewers": {"role": "reviewer"}}}}
    assert stands(woven(plain, template(rule))) == {"g_send_human_before_outward_write": "review.approve@1 at send"}
    main = graph(nodes, "ask > look, look > send", text=TEXT)
    assert stands(woven(main, template(rule))) == {}


@pytest.mark.parametrize(
    ("own", "counts"),
    [
        ({"action": "mask", "level": 2}, True),
        ({"level": 3}, True),
        ({"level": 1}, False),
        ({"action": "block", "level": 2}, False),
    ],
)
def test_a_builders_own_check_counts_when_it_is_as_strict(own: dict[str, Any], counts: bool) -> None:
    nodes = {"mask": step("policy.personal_data", own, a="input.text"), "ask": step("prompt.ask", a="mask.record.a")}
    rule = copy.deepcopy(MASK_RULE)
    rule["insert"]["config"] = {"action": "mask", "level": 2}
    assert (woven(graph(nodes, "mask > ask", text=TEXT), template(rule)).insertions == ()) is counts


@pytest.mark.parametrize(("own", "counts"), [(["starter", "author"], True), (["author"], False)])
def test_a_builders_own_review_counts_when_it_is_as_strict(own: list[str], counts: bool) -> None:
    config = {"reviewers": {"role": "reviewer"}, "not": own}
    nodes = {
        "ask": step("prompt.ask", a="input.text"),
        "look": step("review.approve", config, a="ask.text"),
        "send": step("tool.send", a="look.record.a"),
    }
    assert (woven(graph(nodes, "ask > look, look > send", text=TEXT), template(HUMAN_RULE)).insertions == ()) is counts


# ---------------------------------------------------------------- at one door


def test_the_order_at_a_door_and_the_strictest_of_two() -> None:
    write = pass_rule(PERSONAL, WRITE, TONE, "policy.tone@1")
    less = {
        **HUMAN_RULE,
        "id": "less",
        "insert": {"type": "review.approve@1", "config": {"reviewers": {"role": "reviewer"}}},
    }
    rules = template(less, HUMAN_RULE, MASK_RULE, name="B"), template(write, name="A")
    done = woven(TRIAGE, *rules)
    at_send = [(each.rule, each.type) for each in done.insertions if each.at["to"] == "send"]
    assert at_send == [
        ("mask-before-model", "policy.unmask@1"),
        ("the-rule", "policy.tone@1"),
        ("human-before-outward-write", "review.approve@1"),
    ]
    assert verify(done, TYPES, connections=MODELS).holds


def test_ids_get_digits_only_on_a_clash() -> None:
    tone = pass_rule(PERSONAL, PROMPT, TONE, "policy.tone@1")
    mask = {**pass_rule(PERSONAL, PROMPT, {"check": "personal_data"}, "policy.personal_data@1")}
    plain = graph({"ask": step("prompt.ask", a="input.text")}, text=TEXT)
    first, second = (each.id for each in woven(plain, template(tone, name="A"), template(mask, name="B")).insertions)
    assert first == "g_ask_the_rule"
    assert second.startswith("g_ask_the_rule_")
    assert len(second) == len("g_ask_the_rule_") + 6
    long = graph({"a" * 60: step("prompt.ask", a="input.text")}, text=TEXT)
    (only,) = woven(long, template(tone)).insertions
    assert len(only.id) == 64


def test_a_target_without_bindings_has_a_guard_without() -> None:
    plain = graph({"ask": {"type": "prompt.ask@1"}, "send": {"type": "tool.send@1"}}, "ask > send")
    done = woven(plain, template(HUMAN_RULE))
    assert done.graph.nodes["g_send_human_before_outward_write"].inputs == {}
    assert verify(done, TYPES, connections=MODELS).holds


def test_tokens_are_turned_back_behind_another_port_too() -> None:
    nodes = {
        "mask": step("policy.personal_data", a="input.text"),
        "other": step("flow.transform"),
        "send": step("tool.send"),
    }
    nodes["send"]["inputs"] = {"a": {"from": "mask.record.a", "default": ""}}
    plain = graph(nodes, "mask.error > other, mask > send, other > send", text=TEXT)
    assert stands(woven(plain, template(MASK_RULE))) == {"g_send_mask_before_model": "policy.unmask@1 at send"}


# ---------------------------------------------------------------- the result


def test_the_door_of_the_result_waits_for_every_end() -> None:
    nodes = {
        "way": step("flow.branch", BRANCH),
        "ask": step("prompt.ask", a="input.text"),
        "halt": step("flow.stop", {"status": "refused", "reason": "No."}),
    }
    plain = graph(nodes, "way.left > ask, ask > halt", {"out": {"from": "input.text"}}, text=TEXT)
    done = woven(plain, template(pass_rule(PERSONAL, {"result": True}, TONE, "policy.tone@1")))
    (only,) = done.insertions
    assert only.at == {"from": ["way.right"], "to": "result"}
    assert dump_part(done.graph)["result"] == {"out": {"from": "g_result_the_rule.record.out"}}


def test_who_was_turned_down_does_not_come_to_the_result_by_its_door() -> None:
    again = {"nodes": {"a": step("flow.transform", a="input.x")}, "edges": [], "result": {"a": {"from": "a.a"}}}
    nodes = {
        "ask": step("prompt.ask"),
        "look": step("review.approve", {"reviewers": {"role": "reviewer"}}, a="ask.text"),
        "again": step("flow.loop", {"body": again, "until": "true", "max_rounds": 2}, x="input.text"),
    }
    plain = graph(nodes, "ask > look", {"out": {"from": "input.text"}}, text=TEXT)
    [only] = woven(plain, template(pass_rule(PROMPT, {"result": True}, TONE, "policy.tone@1"))).insertions
    assert only.at == {"from": ["again.done", "look.approved"], "to": "result"}


# ---------------------------------------------------------------- precede


def test_what_must_come_before() -> None:
    rule = {"id": "first", "precede": {"first": TONE, "then": WRITE}, "insert": {"type": "policy.tone@1"}}
    nodes = {
        "way": step("flow.branch", BRANCH),
        "tone": step("policy.tone", a="input.text"),
        "one": step("tool.send", a="input.text"),
        "two": step("tool.send", a="input.text"),
    }
    plain = graph(nodes, "way.left > tone, tone > one, way.right > two", text=TEXT)
    assert stands(woven(plain, template(rule))) == {"g_two_first": "policy.tone@1 at two"}


def test_a_map_over_nothing_runs_no_check() -> None:
    rule = {"id": "first", "precede": {"first": TONE, "then": WRITE}, "insert": {"type": "policy.tone@1"}}
    inner = body({"tone": step("policy.tone", a="item")}, {"x": "tone.record.a"})
    nodes = {"rows": step("flow.map", {"body": inner}, items="input.rows"), "send": step("tool.send", a="input.rows")}
    plain = graph(nodes, "rows > send", rows={"type": "array", "items": TEXT})
    assert stands(woven(plain, template(rule))) == {"g_send_first": "policy.tone@1 at send"}


# ---------------------------------------------------------------- bodies and calls


def test_a_door_inside_a_body_is_in_that_body() -> None:
    inner = body({"ask": step("prompt.ask", a="item")}, {"x": "ask.text"})
    rows = step("flow.map", {"body": inner}, items="input.rows")
    plain = graph({"rows": rows}, rows={"type": "array", "items": TEXT})
    done = woven(plain, template(pass_rule(PERSONAL, PROMPT, TONE, "policy.tone@1")))
    assert stands(done) == {"rows.g_ask_the_rule": "policy.tone@1 at rows.ask"}
    inside = done.graph.nodes["rows"].config["body"]
    assert inside["nodes"]["g_ask_the_rule"]["inputs"] == {"a": {"from": "item"}}
    assert inside["edges"] == [{"from": "g_ask_the_rule", "to": "ask"}]
    assert verify(done, TYPES, connections=MODELS).holds
    assert strip_doors(done.plain) == done.source


CALLED = graph({"ask": step("prompt.ask", a="input.x")}, result={"out": {"from": "ask.text"}}, x=TEXT)
CALLING = graph({"go": step("flow.call", {"workflow": "other.yaml"}, x="input.text")}, text=TEXT)


def test_what_a_call_does_is_guarded_at_the_call() -> None:
    called = {"other.yaml": workflow(CALLED)}
    done = woven(CALLING, template(pass_rule(PERSONAL, PROMPT, TONE, "policy.tone@1")), called=called)
    assert stands(done) == {"g_go_the_rule": "policy.tone@1 at go"}
    assert verify(done, TYPES, connections=MODELS).holds


def test_what_a_call_does_inside_cannot_be_guarded_from_outside() -> None:
    nodes = {"ask": step("prompt.ask", a="input.x"), "send": step("tool.send", a="ask.text")}
    called = {"other.yaml": workflow(graph(nodes, "ask > send", x=TEXT))}
    proof = prove(attempt(CALLING, template(HUMAN_RULE), called=called))
    (found,) = proof.counterexamples
    assert found.path == (("go.ask", "text"), ("go.send", None))
    assert "must itself put a review before send" in found.way_out


# ---------------------------------------------------------------- what cannot be woven


def test_a_counterexample_is_the_shortest_way() -> None:
    proof = prove(attempt(TRIAGE, template(pass_rule(PERSONAL, WRITE, TONE, None))))
    (found,) = proof.counterexamples
    assert found.path == (("input", "customer_email"), ("send", None))
    assert found.as_record()["path"][0] == {"node": "input", "field": "customer_email"}
    assert "the check tone before send" in found.way_out


def test_a_choice_that_reads_in_its_settings_cannot_be_guarded() -> None:
    proof = prove(attempt(TRIAGE, template(pass_rule(PERSONAL, {"type": "flow.branch"}, TONE, "policy.tone@1"))))
    (found,) = proof.counterexamples
    assert found.path[-1] == ("route", None)
    assert "settings" in found.way_out


@pytest.mark.parametrize(
    ("forbid", "node"),
    [
        ({"kind": "prompt", "hosted": "local"}, "answer"),
        ({"kind": "prompt", "region_not": ["us"]}, "answer"),
        ({"kind": "prompt", "model": ["practice"]}, "answer"),
        ({"type": "tool.send"}, "send"),
        ({"steered": "untrusted", "kind": "review"}, "sort"),
    ],
)
def test_forbidden_things(forbid: dict[str, Any], node: str) -> None:
    (found,) = prove(attempt(TRIAGE, template({"id": "ban", "forbid": forbid}))).counterexamples
    assert found.path == ((node, None),)


def test_an_unknown_region_fails_a_ban_and_both_words() -> None:
    for forbid in ({"region_not": ["eu"]}, {"region": ["us"]}, {"hosted": "external", "region_not": ["eu"]}):
        rules = template({"id": "ban", "forbid": {"kind": "prompt", **forbid}})
        assert not prove(weave(workflow(TRIAGE), [rules], TYPES, day=DAY)).holds
        assert prove(attempt(TRIAGE, rules)).holds


def test_a_forbidden_way() -> None:
    rules = template({"id": "ban", "forbid": {"from": {"kind": "prompt"}, "to": {"effect": "write"}}})
    (found,) = prove(attempt(TRIAGE, rules)).counterexamples
    assert found.path == (("answer", "text"), ("send", None))
    other = template({"id": "ban", "forbid": {"from": {"labels": ["health"]}, "to": {"effect": "write"}}})
    assert woven(TRIAGE, other).certificates[0].reached == ()


def test_an_unsound_workflow_is_not_woven() -> None:
    plain = copy.deepcopy(TRIAGE)
    plain["nodes"]["send"]["type"] = "tool.unknown@1"
    with pytest.raises(Unweavable, match=r"tool\.unknown"):
        attempt(plain, template(HUMAN_RULE))


def test_weaving_what_was_woven_starts_from_its_source() -> None:
    first = woven(TRIAGE, template(MASK_RULE, HUMAN_RULE))
    second, _ = certify(weave(first.graph, [template(HUMAN_RULE)], TYPES, day=DAY, connections=MODELS))
    assert second == woven(TRIAGE, template(HUMAN_RULE))
    assert weave(Workflow.model_validate(first.plain), [], TYPES, day=DAY).plain == first.source


def test_reviews_that_change_the_record_cannot_stand_at_a_door() -> None:
    rule = {**HUMAN_RULE, "insert": {"type": "review.edit@1", "config": EDIT}}
    proof = prove(attempt(TRIAGE, template(rule)))
    assert "review.edit@1 cannot stand before send" in proof.counterexamples[0].way_out


def test_everything_that_a_rule_can_require_has_words() -> None:
    assert set(_REQUIRED) == set(get_args(Requirement))
