"""Conflicts between templates: found, made small, and told to all owners."""

from __future__ import annotations

from typing import Any

import pytest

from builder.engine.conflicts import find_conflicts
from builder.engine.template import GovernanceTemplate

from .governed import HUMAN_RULE, MASK_RULE, OTHER_RULES, TYPES, template


def rule(number: str, first: dict[str, Any], then: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"id": number, "precede": {"first": first, "then": then}, "insert": {"type": kind}}


TONE, MASK = {"check": "tone"}, {"check": "personal_data"}
TONE_FIRST = rule("tone-first", TONE, {"kind": "policy", "check": "personal_data"}, "policy.tone@1")
MASK_FIRST = rule("mask-first", MASK, {"kind": "policy", "check": "tone"}, "policy.personal_data@1")


def owned(owner: str, *rules: dict[str, Any]) -> GovernanceTemplate:
    return template(*rules, name=f"of {owner}", owner=owner)


def test_good_rules_do_not_conflict() -> None:
    assert find_conflicts([template(MASK_RULE, HUMAN_RULE, *OTHER_RULES)], TYPES) == []


def test_orders_that_go_in_a_circle() -> None:
    (found,) = find_conflicts([owned("Ana", TONE_FIRST, HUMAN_RULE), owned("Ben", MASK_FIRST, MASK_RULE)], TYPES)
    assert found.kind == "ordering"
    assert found.rules == (("of Ana", "tone-first"), ("of Ben", "mask-first"))
    assert found.owners == ("Ana", "Ben")


def test_an_order_that_does_not_go_in_a_circle() -> None:
    assert find_conflicts([owned("Ana", TONE_FIRST)], TYPES) == []


@pytest.mark.parametrize(
    "forbid", [{"kind": "review"}, {"type": "review.approve"}, {"type": "review.approve@1"}, {"kind_not": "prompt"}]
)
def test_what_one_inserts_another_forbids(forbid: dict[str, Any]) -> None:
    ban = {"id": "ban", "forbid": forbid}
    (found,) = find_conflicts([owned("Ana", HUMAN_RULE), owned("Ben", ban)], TYPES)
    assert found.kind == "forbidden_guard"
    assert found.rules == (("of Ana", "human-before-outward-write"), ("of Ben", "ban"))
    assert found.owners == ("Ana", "Ben")


def test_a_ban_of_something_else_is_fine() -> None:
    assert (
        find_conflicts([owned("Ana", HUMAN_RULE), owned("Ben", {"id": "ban", "forbid": {"kind": "tool"}})], TYPES) == []
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"type": "review.unknown@1"}, "there is no node type"),
        ({"type": "review.approve@1", "config": {"reviewers": 7}}, "config"),
        ({"type": "policy.tone@1"}, "not what it wants"),
        ({"type": "prompt.ask@1"}, "gives no `record`"),
        ({"type": "flow.branch@1", "config": {"cases": [{"port": "a", "when": "true"}], "otherwise": "b"}}, "routes"),
    ],
)
def test_what_cannot_stand(change: dict[str, Any], words: str) -> None:
    (found,) = find_conflicts([owned("Ana", {**HUMAN_RULE, "insert": change})], TYPES)
    assert found.kind == "nothing_fits"
    assert words in found.sentence


def test_a_mask_where_tokens_are_turned_back() -> None:
    ends = {"from": {"labels": ["health"]}, "to": {"effect": "write"}, "through": MASK}
    again = {"id": "again", "must_pass": ends, "insert": {"type": "policy.personal_data@1"}}
    (found,) = find_conflicts([owned("Ana", MASK_RULE), owned("Ben", again)], TYPES)
    assert found.kind == "masked_again"
    assert found.owners == ("Ana", "Ben")


def test_nobody_can_fill_the_duties() -> None:
    apart = owned("Ana", {"id": "apart", "separate": ["author", "approver", "starter"]})
    enough = {"author": frozenset({"a", "b"}), "approver": frozenset({"b", "c"}), "starter": frozenset({"a"})}
    assert find_conflicts([apart], TYPES, people=enough) == []
    (found,) = find_conflicts([apart], TYPES, people={**enough, "approver": frozenset({"a", "b"})} | {
        "author": frozenset({"a", "b"})})  # fmt: skip
    assert found.kind == "nobody"


def test_more_approvals_than_people() -> None:
    config = {"reviewers": {"users": ["ana"]}, "k": 2}
    (found,) = find_conflicts(
        [owned("Ana", {**HUMAN_RULE, "insert": {"type": "review.approve@1", "config": config}})], TYPES
    )
    assert found.kind == "nobody"


def test_templates_for_another_stage_do_not_meet() -> None:
    sandbox = template({"id": "ban", "forbid": {"kind": "review"}}, name="S", applies_to={"stages": ["sandbox"]})
    assert find_conflicts([owned("Ana", HUMAN_RULE), sandbox], TYPES) == []
