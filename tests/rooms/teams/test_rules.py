"""Who may, and when a door is shut: the pure decisions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.teams import Caller, Forbidden, may, may_read_payload, may_somewhere, require, teams_where
from builder.teams.rules import (
    ATTEMPTS,
    IDLE,
    LASTS,
    ORG_ROLES,
    RIGHTS,
    SOMETIMES,
    TEAM_ROLES,
    WINDOW,
    judge_password,
    may_reset,
    network_of,
    permissions_of,
    session_holds,
    wait_after,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
team_roles = st.frozensets(st.sampled_from(sorted(TEAM_ROLES)))
callers = st.builds(
    lambda org, teams: Caller(1, "Ana", "ana@example.org", org, teams, 9),
    st.frozensets(st.sampled_from(sorted(ORG_ROLES))),
    st.dictionaries(st.integers(1, 4), team_roles, max_size=4),
)
permissions = st.sampled_from(sorted(RIGHTS))


def caller(*org: str, **teams: tuple[str, ...]) -> Caller:
    return Caller(1, "Ana", "ana@example.org", frozenset(org), {int(k[1:]): frozenset(v) for k, v in teams.items()}, 9)


@given(callers, callers, permissions, st.integers(1, 4))
def test_roles_add_up_and_never_take_away(one: Caller, other: Caller, permission: str, team: int) -> None:
    teams = {
        number: one.teams.get(number, frozenset()) | other.teams.get(number, frozenset())
        for number in {*one.teams, *other.teams}
    }
    both = Caller(1, "Ana", "ana@example.org", one.org_roles | other.org_roles, teams, 9)
    for place in (team, None):
        assert may(both, permission, place) == (may(one, permission, place) or may(other, permission, place))


@given(callers, permissions, st.integers(1, 5))
def test_lists_show_what_may_be_asked_for_one_by_one(who: Caller, permission: str, team: int) -> None:
    within = teams_where(who, permission)
    assert (within is None or team in within) == may(who, permission, team) or not who.teams.get(team)
    if may(who, permission, team):
        assert may_somewhere(who, permission)
        assert permission in permissions_of(who, team)


@given(callers, permissions)
def test_another_teams_role_opens_nothing_of_a_team(who: Caller, permission: str) -> None:
    elsewhere = Caller(1, "Ana", "ana@example.org", frozenset(), who.teams, 9)
    if permission.split(".", maxsplit=1)[0] not in ("template", "governance", "organisation", "audit", "settings"):
        assert not may(elsewhere, permission, 99)
        assert not may(elsewhere, permission, None)


def test_whoever_is_nothing_may_nothing_but_what_is_his_own() -> None:
    nobody = caller()
    assert not any(may(nobody, word, None) or may_somewhere(nobody, word) for word in RIGHTS)
    assert may(nobody, "self", None)


def test_a_refusal_names_the_roles() -> None:
    with pytest.raises(Forbidden, match="it takes the role builder or owner") as caught:
        require(caller(t1=("viewer",)), "workflow.write", 1)
    assert caught.value.status == 403
    require(caller(t1=("owner",)), "workflow.write", 1)


def test_a_word_that_is_no_permission_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        may(caller("admin"), "workflow.wrte", 1)


@pytest.mark.parametrize(
    ("roles", "started", "dry", "asked", "sees"),
    [
        (("viewer",), True, True, True, False),
        (("builder",), False, False, True, False),
        (("builder",), True, False, False, True),
        (("builder",), False, True, False, True),
        (("reviewer",), True, True, False, False),
        (("reviewer",), False, False, True, True),
        (("owner",), False, False, False, True),
        ((), True, True, True, False),
    ],
)
def test_who_sees_a_payload(roles: tuple[str, ...], started: bool, dry: bool, asked: bool, sees: bool) -> None:
    assert may_read_payload(caller(t1=roles), 1, started=started, dry=dry, asked=asked) is sees
    assert not may_read_payload(caller(t1=roles), 2, started=started, dry=dry, asked=asked)
    assert not may_read_payload(caller("admin", "governor", "auditor"), 1, started=started, dry=dry, asked=asked)


def test_a_payload_is_never_read_by_the_bare_permission_of_a_builder() -> None:
    assert SOMETIMES["payload.read"] == {"builder", "reviewer", "admin"}
    assert not may(caller(t1=("builder", "reviewer")), "payload.read", 1)
    assert may(caller(t1=("owner",)), "payload.read", 1)


@pytest.mark.parametrize(
    ("who", "org_roles", "teams", "opens"),
    [
        (caller("admin"), {"governor"}, [1, 2], True),
        (caller(t1=("owner",)), set(), [1], True),
        (caller(t1=("owner",)), set(), [1, 2], False),
        (caller(t1=("owner",)), {"auditor"}, [1], False),
        (caller(t1=("owner",)), set(), [], False),
        (caller(t1=("owner",), t2=("owner",)), set(), [1, 2], True),
        (caller(t1=("owner",), t2=("builder",)), set(), [1, 2], False),
        (caller("governor", "auditor", t1=("viewer", "builder", "reviewer")), set(), [1], False),
    ],
)
def test_nobody_opens_a_way_in_for_who_may_more_than_he(
    who: Caller, org_roles: set[str], teams: list[int], opens: bool
) -> None:
    assert may_reset(who, org_roles, teams) is opens


def test_a_session_ends_idle_and_at_its_end() -> None:
    second = timedelta(seconds=1)
    assert session_holds(NOW, NOW - IDLE + second, NOW + second)
    assert not session_holds(NOW, NOW - IDLE, NOW + second)
    assert not session_holds(NOW, NOW, NOW)
    assert (timedelta(hours=12), timedelta(days=14)) == (IDLE, LASTS)


@given(st.integers(1, 200), st.integers(0, 14 * 60))
def test_waiting_lasts_to_the_end_of_the_window(count: int, passed: int) -> None:
    wait = wait_after(count, NOW - timedelta(seconds=passed), NOW, ATTEMPTS["account"])
    assert (wait is None) == (count <= ATTEMPTS["account"])
    if wait is not None:
        assert wait == WINDOW - timedelta(seconds=passed)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_addresses_of_one_network_are_one(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "at least 12"),
        ("a" * 257 + "bcd", "at most 256"),
        ("abababababab", "repeats too few"),
        ("ana.long.name@example.org", "must not be your e-mail"),
        ("Ana.Long.Name", "must not be your e-mail"),
        ("a long walk by the sea", None),
        ("東京の桜は本当にきれいですね", None),
    ],
)
def test_what_makes_a_password(password: str, why: str | None) -> None:
    said = judge_password(password, "ana.long.name@example.org")
    assert said is None if why is None else why in (said or "")
