"""What design promises of every weaving, on random workflows and random rules."""

from __future__ import annotations

from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from builder.engine.check import check_graph
from builder.engine.doors import strip_doors
from builder.engine.findings import Severity
from builder.engine.graph import Workflow, hash_source
from builder.engine.prove import certify, prove
from builder.engine.verify import verify
from builder.engine.weave import weave
from builder.engine.woven import Woven

from .governed import DAY, MODELS, TYPES, template
from .governed_graphs import rule_sets, rules, settle_choices, waiting_for_signals, workflows
from .governed_oracle import IS_DATA, every_node, find_control_way, find_way_past, is_guard


def weave_it(plain: dict[str, Any], said: list[dict[str, Any]]) -> Woven:
    return weave(Workflow.model_validate(plain), [template(*said)], TYPES, day=DAY, connections=MODELS)


def test_no_branch_chooses_by_a_text_that_may_be_missing() -> None:
    way = {"type": "flow.branch@1", "config": {"cases": [{"port": "left", "when": "n1.text == 'yes'"}]}}
    nodes = {"n0": {"type": "tool.send@1"}, "n1": {"type": "tool.send@1"}, "n2": way}
    above = {"n0": set(), "n1": set(), "n2": {"n0", "n1"}}
    into = [{"from": "n0", "to": "n2"}, {"from": "n1", "to": "n2"}]
    settle_choices(nodes, into, above)
    assert way["config"]["cases"][0]["when"] == "n1.text == 'yes'"
    settle_choices(nodes, [into[0], {"from": "n1.error", "to": "n2"}], above)
    assert way["config"]["cases"][0]["when"] == "1 > 0"


@given(workflows(), rule_sets())
def test_weaving_twice_is_weaving_once(plain: dict[str, Any], said: list[dict[str, Any]]) -> None:
    once, _ = certify(weave_it(plain, said))
    twice, _ = certify(weave(once.graph, once.templates, TYPES, day=DAY, connections=MODELS))
    assert twice.plain == once.plain
    assert twice.woven_hash == once.woven_hash


@given(workflows(), rule_sets())
def test_unweaving_gives_the_source_back(plain: dict[str, Any], said: list[dict[str, Any]]) -> None:
    source = Workflow.model_validate(plain)
    done = weave_it(plain, said)
    assert done.source_hash == hash_source(source)
    assert hash_source(Workflow.model_validate(strip_doors(done.plain))) == done.source_hash


@given(workflows(), rule_sets())
def test_what_is_proved_verifies_and_types_are_kept(plain: dict[str, Any], said: list[dict[str, Any]]) -> None:
    done, proof = certify(weave_it(plain, said))
    errors = [each for each in check_graph(Workflow.model_validate(plain), TYPES) if each.severity is Severity.ERROR]
    assert errors == []
    again = [each for each in check_graph(done.graph, TYPES, woven=True) if each.severity is Severity.ERROR]
    assert again == []
    by_hand = [each for each in proof.findings if each.severity is Severity.ERROR]
    assume(proof.holds and not by_hand)
    verdict = verify(done, TYPES, connections=MODELS)
    assert verdict.holds, verdict.sentence


@given(workflows(), rules())
def test_no_value_gets_past_its_guard(plain: dict[str, Any], rule: dict[str, Any]) -> None:
    assume("must_pass" in rule and any(word in rule["must_pass"]["from"] for word in IS_DATA))
    done = weave_it(plain, [rule])
    assert prove(done).holds
    assert find_way_past(dict(done.plain), rule) is None


@given(workflows(), rules(), st.sampled_from([{"labels": ["personal"]}, {"integrity": "untrusted"}]))
def test_no_signal_gets_past_its_guard(plain: dict[str, Any], rule: dict[str, Any], source: dict[str, Any]) -> None:
    """What a signal carries is guarded as the input is, wherever the wait stands and whatever was checked before."""
    assume("must_pass" in rule and "kind" not in rule["must_pass"]["to"])
    rule = {**rule, "must_pass": {**rule["must_pass"], "from": source}}
    done = weave_it(waiting_for_signals(plain), [rule])
    assert prove(done).holds
    assert find_way_past(dict(done.plain), rule) is None


@given(workflows(depth=0), rules())
def test_no_step_gets_past_its_guard(plain: dict[str, Any], rule: dict[str, Any]) -> None:
    assume("must_pass" in rule)
    rule["must_pass"]["from"] = {"kind": "prompt"}
    done = weave_it(plain, [rule])
    assert prove(done).holds
    assert find_control_way(dict(done.plain), rule) is None


@given(workflows(), rule_sets(), st.data())
def test_more_rules_never_mean_fewer_guards(plain: dict[str, Any], said: list[dict[str, Any]], data: Any) -> None:
    fewer = data.draw(st.lists(st.sampled_from(said), unique_by=lambda each: each["id"], max_size=len(said)))
    small, large = weave_it(plain, fewer), weave_it(plain, said)
    by_id = {each["id"]: each for each in said}
    for insertion in small.insertions:
        if insertion.type == "policy.unmask@1" or by_id[insertion.rule]["insert"]["place"] == "fewest":
            continue
        at = [each for each in large.insertions if each.at["to"] == insertion.at["to"]]
        nodes = {f"{scope}.{name}" if scope else name: node for scope, name, node in every_node(dict(large.plain))}
        assert any(is_guard(nodes[each.id], by_id[insertion.rule]) for each in at)
