"""The mapping of groups, whatever the groups, the rows and the history are."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from builder.teams.rules import (
    GROUPS_AT_MOST,
    ORG_ROLES,
    TEAM_ROLES,
    Given,
    GroupRule,
    find_claim,
    read_groups,
    settle_roles,
    weigh_groups,
)

GROUPS = st.sampled_from(["a", "b", "A", " a", "a/b", "\u00e4", ""])
RULES = st.lists(
    st.one_of(
        st.builds(GroupRule, GROUPS, st.sampled_from(sorted(TEAM_ROLES)), st.integers(1, 3)),
        st.builds(GroupRule, GROUPS, st.sampled_from(sorted(ORG_ROLES)), st.none()),
    ),
    max_size=8,
)
ROLES = st.frozensets(st.sampled_from(sorted(TEAM_ROLES)))


@given(RULES, st.frozensets(GROUPS))
def test_nobody_gets_what_no_row_gives_and_everybody_all_that_one_does(
    rules: list[GroupRule], groups: frozenset[str]
) -> None:
    given_now = weigh_groups(rules, groups)
    flat = {(None, role) for role in given_now.org_roles}
    flat |= {(team, role) for team, roles in given_now.teams.items() for role in roles}
    assert flat == {(rule.team, rule.role) for rule in rules if rule.group in groups}
    assert bool(given_now) == bool(flat)


@given(RULES, st.frozensets(GROUPS), st.frozensets(GROUPS))
def test_more_groups_never_give_less(rules: list[GroupRule], groups: frozenset[str], more: frozenset[str]) -> None:
    less, all_of_them = weigh_groups(rules, groups), weigh_groups(rules, groups | more)
    assert less.org_roles <= all_of_them.org_roles
    assert all(roles <= all_of_them.teams[team] for team, roles in less.teams.items())


@given(ROLES, st.lists(ROLES, min_size=1, max_size=6))
def test_what_hands_gave_outlives_every_history_of_groups(
    by_hand: frozenset[str], history: list[frozenset[str]]
) -> None:
    held, recorded = by_hand, frozenset[str]()
    for groups in history:
        settled = settle_roles(held, recorded, groups)
        held, recorded = settled.holds, settled.given
        assert held == by_hand | groups
        assert not recorded & by_hand
    assert settle_roles(held, recorded, frozenset()).holds == by_hand


@given(ROLES, ROLES, ROLES)
def test_what_was_taken_by_hand_comes_back_only_by_groups(
    held: frozenset[str], recorded: frozenset[str], now: frozenset[str]
) -> None:
    """Also where the record names roles that somebody took away meanwhile."""
    settled = settle_roles(held, recorded, now)
    assert settled.holds == (held - recorded) | now
    assert settled.given <= now


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "b", "a.b"]), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["a", "b", "a.b", "groups"]), JSON, max_size=4),
       st.sampled_from(["a", "a.b", "a.b.a", "groups", ".", ""]))  # fmt: skip
def test_any_claim_is_read_as_groups_or_as_none(claims: dict[str, Any], name: str) -> None:
    groups = read_groups(claims, name)
    assert (groups is None) == (find_claim(claims, name) is None)
    assert all(isinstance(each, str) and each for each in groups or ())


def test_groups_are_found_by_name_by_path_and_by_address() -> None:
    assert read_groups({"realm_access": {"roles": ["a"]}}, "realm_access.roles") == {"a"}
    assert read_groups({"https://acme.example/groups": ["a"]}, "https://acme.example/groups") == {"a"}
    assert read_groups({"groups": "a"}, "groups") == {"a"}
    assert read_groups({"groups": ["a", 7, None, ["b"], ""]}, "groups") == {"a"}
    assert read_groups({}, "groups") is None
    assert len(read_groups({"groups": [str(n) for n in range(5_000)]}, "groups") or ()) == GROUPS_AT_MOST


def test_a_letter_with_a_mark_is_the_same_however_it_is_coded() -> None:
    rules = [GroupRule("Vertrieb Ko\u0308ln", "auditor", None), GroupRule("Z\u00fcrich", "viewer", 7)]
    given = weigh_groups(rules, ["Vertrieb K\u00f6ln", "Zu\u0308rich", "vertrieb k\u00f6ln"])
    assert given == Given(frozenset({"auditor"}), {7: frozenset({"viewer"})})
