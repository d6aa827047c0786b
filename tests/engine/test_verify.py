"""The verifier refuses whatever an enemy changed, even when every hash was made to fit again."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from builder.engine.facts import ConnectionFacts, collect_facts, dump_facts
from builder.engine.graph import Workflow
from builder.engine.prove import certify, prove
from builder.engine.reading import read_workflow
from builder.engine.verify import Verification, verify
from builder.engine.weave import weave
from builder.engine.woven import Woven, WovenError, dump_woven, hash_rules, read_woven, sign_woven
from builder.kit.sealing import SigningKey
from builder.sdk import Stage

from .governed import DAY, HUMAN_RULE, MASK_RULE, MODELS, OTHER_RULES, TRIAGE, TYPES, template, woven
from .governed_graphs import rule_sets, workflows
from .governed_oracle import IS_DATA, find_way_past

RULES = template(MASK_RULE, HUMAN_RULE, *OTHER_RULES)


@pytest.fixture(scope="module")
def triage() -> Woven:
    return woven(TRIAGE, RULES)


def document_of(done: Woven) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(dump_woven(done)))
    return plain


def judge(plain: dict[str, Any], *, rehash: bool = True, **more: Any) -> Verification:
    """Reads and verifies a document; with `rehash` as if its hashes had been made to fit."""
    try:
        done = read_woven(plain)
    except WovenError as problem:
        return Verification(False, problem.sentence)
    if rehash:
        done = replace(done, claimed=None)
    more = {"connections": MODELS, "team": "support", "stage": Stage.PILOT, **more}
    return verify(done, TYPES, default_labels=("personal", "customer-text"), **more)


def test_what_was_woven_holds(triage: Woven) -> None:
    verdict = judge(document_of(triage), rehash=False)
    assert verdict.holds
    assert verdict.sentence == "It is consistent; who published it was not checked."
    assert not verdict.signed


def test_a_document_is_read_as_it_was_written(triage: Woven) -> None:
    assert document_of(read_woven(document_of(triage))) == document_of(triage)
    assert read_woven(document_of(triage)) == triage


def test_a_changed_document_bears_another_hash(triage: Woven) -> None:
    plain = document_of(triage)
    plain["graph"]["nodes"]["send"]["title"] = "Send it"
    assert judge(plain, rehash=False).sentence.startswith("It was changed")


@pytest.mark.parametrize("way", ["sort.rejected", "send.error", "answer"])
def test_nothing_else_leads_to_the_door_of_the_result(triage: Woven, way: str) -> None:
    plain = document_of(triage)
    door = "g_result_mask_before_model"
    plain["graph"]["edges"].append({"from": way, "to": door})
    [told] = [each for each in plain["insertions"] if each["id"] == door]
    told["at"]["from"] = [edge["from"] for edge in plain["graph"]["edges"] if edge["to"] == door]
    facts = plain["facts"]["scopes"][""]["edges"]
    facts.append([*(way.split(".") if "." in way else [way, ""]), door])
    assert judge(plain).sentence == "The result's door does not wait for just the last steps."


@pytest.mark.parametrize("plain", [None, [], {}, {"handrail-woven": 2}, {"handrail-woven": 1}, {"handrail": 1}])
def test_what_is_no_woven_workflow_gets_a_sentence(plain: Any) -> None:
    with pytest.raises(WovenError):
        read_woven(plain)


@pytest.mark.parametrize("key", ["source", "graph", "facts", "templates", "insertions", "certificates", "day"])
@pytest.mark.parametrize("value", [None, 7, "x", [1], {"a": 1}])
def test_a_broken_part_gets_a_sentence(triage: Woven, key: str, value: Any) -> None:
    assert not judge({**document_of(triage), key: value}).holds


def test_a_signature_is_checked_when_the_key_is_known(triage: Woven) -> None:
    key, other = SigningKey.generate(), SigningKey.generate()
    signed = document_of(sign_woven(triage, key))
    assert judge(signed, public_key=key.public).signed
    assert not judge(signed, public_key=other.public).holds
    assert judge(document_of(triage), public_key=key.public).sentence == "It is not signed."
    signed["graph"]["nodes"]["send"]["title"] = "Send it"
    assert "signature" in judge(signed, public_key=key.public).sentence
    assert not judge({**signed, "signature": "zz"}, public_key=key.public).holds


def test_the_rule_set_is_the_published_one(triage: Woven) -> None:
    assert judge(document_of(triage), rules_hash=hash_rules(triage.templates)).holds
    assert "other rules" in judge(document_of(triage), rules_hash="0" * 64).sentence


@pytest.mark.parametrize(
    ("connection", "sentence"),
    [
        (ConnectionFacts("practice", "local", "us"), "The model behind 'default' moved from eu to us."),
        (ConnectionFacts("practice", "local", None), "The model behind 'default' moved from eu to nowhere known."),
        (ConnectionFacts("practice", "external", "eu"), "hosted local and is now hosted external"),
        (ConnectionFacts("gpt", "local", "eu"), "was practice and is now gpt"),
    ],
)
def test_a_moved_model_is_told(triage: Woven, connection: ConnectionFacts, sentence: str) -> None:
    assert sentence in judge(document_of(triage), connections={**MODELS, "default": connection}).sentence


def test_another_code_is_told(triage: Woven) -> None:
    plain = document_of(triage)
    plain["facts"]["types"]["prompt.ask@1"]["code"] = "0" * 64
    assert judge(plain).sentence == "The code of prompt.ask@1 is not the code that was proved."


def test_a_type_that_is_gone_is_told(triage: Woven) -> None:
    left = {key: each for key, each in TYPES.items() if key != "tool.send@1"}
    assert "tool.send" in verify(triage, left, connections=MODELS).sentence


def test_an_exemption_that_ended_is_told() -> None:
    exempt = {"rule": "human-before-outward-write", "workflow": "Support triage", "because": "Pilot",
              "approver": "Ana", "until": "2026-04-01"}  # fmt: skip
    done = woven(TRIAGE, template(HUMAN_RULE, exemptions=[exempt]))
    assert done.insertions == ()
    assert judge(document_of(done), today=date(2026, 4, 1)).holds
    assert "exemption has ended" in judge(document_of(done), today=date(2026, 4, 2)).sentence


# ---------------------------------------------------------------- by random


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every leaf and every empty thing in plain data."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in list(inner):
        yield from places(each, (*path, key))
    if path:
        yield path


def change(value: Any) -> list[Any]:
    """Other values of the same sort."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [value + 1]
    if isinstance(value, str):
        return [value + "x", value[:-1]] if value else ["x"]
    return [None]


@st.composite
def mutated(draw: st.DrawFn, part: Any) -> Any:
    """A part of a document with one thing in it dropped or changed."""
    copied = copy.deepcopy(part)
    *steps, last = draw(st.sampled_from(sorted(places(copied), key=str)))
    holder = copied
    for step in steps:
        holder = holder[step]
    if draw(st.booleans()):
        del holder[last]
    else:
        holder[last] = draw(st.sampled_from(change(holder[last])))
    return copied


@given(st.data())
def test_every_changed_certificate_is_refused(triage: Woven, data: st.DataObject) -> None:
    plain = document_of(triage)
    plain["certificates"] = data.draw(mutated(plain["certificates"]))
    assert not judge(plain).holds


@given(st.data())
def test_every_changed_fact_is_refused(triage: Woven, data: st.DataObject) -> None:
    plain = document_of(triage)
    plain["facts"] = data.draw(mutated(plain["facts"]))
    assume(plain["facts"] != document_of(triage)["facts"])
    assert not judge(plain).holds


@given(st.data())
def test_every_changed_rule_is_refused(triage: Woven, data: st.DataObject) -> None:
    plain = document_of(triage)
    plain["templates"] = data.draw(mutated(plain["templates"]))
    assert not judge(plain, rules_hash=hash_rules(triage.templates)).holds


@given(st.data())
def test_every_changed_graph_is_refused(triage: Woven, data: st.DataObject) -> None:
    plain = document_of(triage)
    part = data.draw(st.sampled_from(["graph", "source", "insertions", "guards"]))
    plain[part] = data.draw(mutated(plain[part]))
    assert not judge(plain).holds


@given(workflows(), rule_sets(), st.data())
def test_every_changed_document_is_refused(plain: dict[str, Any], said: list[dict[str, Any]], data: Any) -> None:
    done, proof = certify(weave(Workflow.model_validate(plain), [template(*said)], TYPES, day=DAY, connections=MODELS))
    assume(proof.holds and done.insertions)
    document = document_of(done)
    part = data.draw(st.sampled_from(["graph", "facts", "certificates", "insertions"]))
    document[part] = data.draw(mutated(document[part]))
    assume(document != document_of(done))
    assert not judge(document).holds


# ---------------------------------------------------------------- by an enemy who makes everything else fit


def scope_at(graph: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    *containers, name = path.split(".")
    for each in containers:
        graph = graph["nodes"][each]["config"]["body"]
    return graph, name


def refit(document: dict[str, Any]) -> dict[str, Any]:
    """Collects the facts anew, as the enemy would."""
    reading, _ = read_workflow(Workflow.model_validate(document["graph"]), TYPES, {})
    facts = collect_facts(reading, MODELS, team="support", stage=Stage.PILOT)
    document["facts"] = {**dump_facts(facts), "wanted": document["facts"].get("wanted", {})}
    return document


def take_out(document: dict[str, Any], path: str) -> dict[str, Any]:
    """Without one woven node, everything joined again around it."""
    graph, name = scope_at(document["graph"], path)
    node = graph["nodes"].pop(name)
    after = next((edge["to"] for edge in graph["edges"] if edge["from"] == name), None)
    edges = [edge for edge in graph["edges"] if edge["from"] != name]
    graph["edges"] = [{**edge, "to": after if edge["to"] == name else edge["to"]} for edge in edges
                      if after is not None or edge["to"] != name]  # fmt: skip
    if "inputs" in node and after is not None:
        graph["nodes"][after]["inputs"] = node["inputs"]
    elif "inputs" in node:
        graph["result"] = node["inputs"]
    document["insertions"] = [each for each in document["insertions"] if each["id"] != path]
    return document


def bypass(document: dict[str, Any], path: str) -> dict[str, Any]:
    """The target reads past the woven node again."""
    graph, name = scope_at(document["graph"], path)
    after = next((edge["to"] for edge in graph["edges"] if edge["from"] == name), None)
    holder, key = (graph, "result") if after is None else (graph["nodes"][after], "inputs")
    holder[key] = graph["nodes"][name].get("inputs", {})
    return document


def reconfigure(document: dict[str, Any], path: str) -> dict[str, Any]:
    graph, name = scope_at(document["graph"], path)
    node = graph["nodes"][name]
    if node["type"].startswith("review."):
        node["config"] = {**node["config"], "not": []}
    elif node["type"] == "policy.personal_data@1":
        node["config"] = {**node.get("config", {}), "action": "block", "level": 1}
    else:
        node["title"] = "Harmless"
    return document


def go_around(document: dict[str, Any], path: str) -> dict[str, Any]:
    """A second edge into the target, from before its door."""
    graph, name = scope_at(document["graph"], path)
    after = next((edge["to"] for edge in graph["edges"] if edge["from"] == name), None)
    before = [edge for edge in graph["edges"] if edge["to"] == name]
    if after is not None and before:
        graph["edges"].append({**before[0], "to": after})
    else:
        graph["nodes"][name]["on_error"] = {"timeout": "PT1S"}
    return document


def swap(document: dict[str, Any], path: str) -> dict[str, Any]:
    """The woven node and the one behind it change places; at a door of one, its type becomes another's."""
    graph, name = scope_at(document["graph"], path)
    after = next((edge["to"] for edge in graph["edges"] if edge["from"] == name), None)
    if after is None or "woven" not in graph["nodes"][after]:
        graph["nodes"][name]["type"] = "policy.tone@1" if "unmask" in str(graph["nodes"][name]) else "policy.unmask@1"
        graph["nodes"][name].pop("config", None)
        return document
    one, two = graph["nodes"][name], graph["nodes"][after]
    for key in ("type", "config", "woven"):
        one[key], two[key] = two.get(key, {}), one.get(key, {})
    return document


ATTACKS = [take_out, bypass, reconfigure, go_around, swap]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("honest_facts", [True, False])
def test_the_triage_withstands(triage: Woven, attack: Any, honest_facts: bool) -> None:
    for insertion in triage.insertions:
        document = attack(document_of(triage), insertion.id)
        assert not judge(refit(document) if honest_facts else document).holds, insertion.id


@given(workflows(), rule_sets(), st.sampled_from(ATTACKS), st.data())
def test_no_attack_on_a_woven_node_passes(
    plain: dict[str, Any], said: list[dict[str, Any]], attack: Any, data: st.DataObject
) -> None:
    done, proof = certify(weave(Workflow.model_validate(plain), [template(*said)], TYPES, day=DAY, connections=MODELS))
    assume(proof.holds and done.insertions)
    insertion = data.draw(st.sampled_from(done.insertions))
    document = attack(document_of(done), insertion.id)
    assume(document != document_of(done))
    attacked = refit(document)
    if judge(attacked).holds:
        # Only a guard that others cover may be missed, and then the rules hold without it, as the oracle sees it too.
        left = dict(read_woven(attacked).plain)
        for rule in said:
            if "must_pass" in rule and any(word in rule["must_pass"]["from"] for word in IS_DATA):
                assert find_way_past(left, rule) is None
        assert prove(read_woven(attacked)).holds
