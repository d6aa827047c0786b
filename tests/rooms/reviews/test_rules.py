"""Who may decide, what is an answer, when one is reached, when time runs out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.reviews.rules import (
    EXCERPT_LETTERS,
    EXCERPT_PARTS,
    diff_values,
    due_moment,
    excerpt_record,
    fit_edit,
    may_decide,
    needed_of,
    place_of,
    same_person,
    settle_decisions,
    unfit,
)
from builder.reviews.schemas import GivenDecision
from builder.sdk import Mode, Question


def ask(**changes: Any) -> Question:
    return Question(**{"title": "May this go out?", "record": {"proposal": "Dear Ann"}, **changes})


def approve(by: str) -> GivenDecision:
    return GivenDecision(by, "approve", "")


def edit(by: str, text: str) -> GivenDecision:
    return GivenDecision(by, "edit", "clearer", text)


def reject(by: str) -> GivenDecision:
    return GivenDecision(by, "reject", "untrue")


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("check", "check"),
        ("rows[3].check", "rows[].check"),
        ("rows[12].inner[0].check", "rows[].inner[].check"),
        ("call.check", "call.check"),
    ],
)
def test_items_of_one_map_have_one_place(path: str, place: str) -> None:
    assert place_of(path) == place


@pytest.mark.parametrize("by", ["Ann", " ann ", "ANN"])
def test_the_starter_may_not_decide_where_he_is_barred(by: str) -> None:
    assert may_decide(ask(), by, starter="Ann") is None
    assert "started this run" in (may_decide(ask(barred=("starter",)), by, starter="Ann") or "")
    assert may_decide(ask(barred=("starter",)), "Bob", starter="Ann") is None


def test_an_author_may_not_decide_where_authors_are_barred() -> None:
    question = ask(barred=("author",))
    assert "changed this workflow" in (may_decide(question, "Ann", starter="x", authors=["Eve", "Ann"]) or "")
    assert may_decide(question, "Ann", starter="Ann", authors=["Eve"]) is None


@pytest.mark.parametrize(
    ("duties", "free"),
    [
        ((), True),
        ((("approver", "starter"),), False),
        ((("author", "approver", "starter"),), False),
        ((("author", "starter"),), True),
        ((("publisher", "approver"),), True),
        ((("publisher", "author"), ("starter", "approver")), False),
    ],
)
def test_separated_duties_are_kept_by_whoever_decides(duties: tuple[tuple[str, ...], ...], free: bool) -> None:
    assert (may_decide(ask(), "Ann", starter="Ann", duties=duties) is None) is free


def test_only_those_who_are_asked_may_decide() -> None:
    question = ask(reviewers={"users": ["Ann", "Bob"]})
    assert may_decide(question, "bob", starter="x") is None
    assert "not among those who are asked: Ann, Bob" in (may_decide(question, "Eve", starter="x") or "")


def test_nobody_decides_twice_and_nobody_without_a_name() -> None:
    assert "has decided already" in (may_decide(ask(), "Ann", starter="x", earlier=[approve("ann")]) or "")
    assert "needs the name" in (may_decide(ask(), "  ", starter="x") or "")


def test_names_are_compared_as_people_read_them() -> None:
    assert same_person("Renée  Blanc", " renée blanc")
    assert not same_person("Ann", "Anna")


@pytest.mark.parametrize(
    ("given_decision", "wrong"),
    [
        (approve("a"), None),
        (reject("a"), None),
        (GivenDecision("a", "reject", " "), "needs a reason"),
        (GivenDecision("a", "edit", "", "x"), "not offered"),
        (GivenDecision("a", "maybe", "x"), "not offered"),
        (GivenDecision("a", "approve", "", "sneaked in"), "Only an edit"),
    ],
)
def test_an_answer_must_be_one_that_is_offered(given_decision: GivenDecision, wrong: str | None) -> None:
    assert wrong is None if (sentence := unfit(ask(), given_decision)) is None else str(wrong) in sentence


def test_a_rejection_rejects_at_once() -> None:
    answer = settle_decisions(ask(), [approve("a"), reject("b")], 3)
    assert answer is not None
    assert (answer.decision, answer.by, answer.reason) == ("reject", "b", "untrue")


def test_an_approval_never_covers_anothers_change() -> None:
    question = ask(choices=("approve", "edit", "reject"))
    assert settle_decisions(question, [edit("a", "Dear Bob"), approve("b")], 2) is None
    assert settle_decisions(question, [edit("a", "Dear Bob"), edit("b", "Dear Eve")], 2) is None
    answer = settle_decisions(question, [edit("a", "Dear Bob"), approve("b"), edit("c", "Dear Bob")], 2)
    assert answer is not None
    assert (answer.decision, answer.by, answer.edit) == ("edit", "a, c", "Dear Bob")


def test_an_edit_that_changes_nothing_agrees_with_approvals() -> None:
    question = ask(choices=("approve", "edit", "reject"))
    answer = settle_decisions(question, [approve("a"), edit("b", "Dear Ann")], 2)
    assert answer is not None
    assert (answer.by, answer.edit) == ("a, b", "Dear Ann")


@given(
    st.lists(st.sampled_from(["approve", "one", "two", "reject"]), max_size=8),
    st.integers(min_value=1, max_value=4),
)
def test_an_answer_needs_as_many_as_are_asked_for_and_comes_as_soon_as_they_agree(words: list[str], k: int) -> None:
    decisions = [
        edit(str(number), word) if word in ("one", "two") else GivenDecision(str(number), word, "why")
        for number, word in enumerate(words)
    ]
    question = ask(choices=("approve", "edit", "reject"), reviewers={"k": k})
    assert needed_of(question, Mode.LIVE) == k
    assert needed_of(question, Mode.DRY) == 1
    for count in range(len(words) + 1):
        sofar = words[:count]
        agreed = max([sofar.count(word) for word in ("approve", "one", "two")])
        answer = settle_decisions(question, decisions[:count], k)
        assert (answer is not None) == ("reject" in sofar or agreed >= k)
        if answer is not None and answer.decision != "reject":
            assert len(answer.by.split(", ")) >= k


def test_an_edit_must_fit_the_proposals_schema() -> None:
    schema = {"type": "string", "maxLength": 5}
    question = ask(proposal_schema=schema)
    assert fit_edit(question, "short") == ("short", [])
    assert fit_edit(question, "too long")[1]
    assert fit_edit(question, 5)[1]
    assert fit_edit(question, "a\x00b")[1]


def test_without_a_schema_the_proposal_shows_what_an_edit_must_be() -> None:
    question = ask(record={"proposal": {"text": "a", "score": 1.5}})
    assert fit_edit(question, {"text": "b", "score": 2})[0] == {"text": "b", "score": 2.0}
    assert fit_edit(question, {"text": "b"})[1]
    assert fit_edit(question, "b")[1]


def test_an_edit_is_kept_as_what_it_changed() -> None:
    before = {"a": 1, "b": {"c": [1], "d": "x"}, "e": None}
    after = {"a": 1, "b": {"c": [1, 2], "d": "y"}, "f": True}
    assert diff_values(before, after) == [
        {"path": "b.c", "was": [1], "is": [1, 2]},
        {"path": "b.d", "was": "x", "is": "y"},
        {"path": "f", "was": None, "is": True},
    ]
    assert diff_values("x", "y") == [{"path": "", "was": "x", "is": "y"}]
    assert diff_values(1, True) == [{"path": "", "was": 1, "is": True}]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    )
)
def test_nothing_changed_is_no_change(value: Any) -> None:
    assert diff_values(value, value) == []


FRIDAY_NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("opened", "due", "wanted"),
    [
        (FRIDAY_NOON, "PT4H", FRIDAY_NOON + timedelta(hours=4)),
        (FRIDAY_NOON, "PT12H", FRIDAY_NOON + timedelta(hours=12)),
        (FRIDAY_NOON, "PT13H", datetime(2026, 11, 23, 1, tzinfo=UTC)),
        (FRIDAY_NOON, "P1D", datetime(2026, 11, 23, 12, tzinfo=UTC)),
        (FRIDAY_NOON, "P260D", FRIDAY_NOON + timedelta(weeks=52)),
        (FRIDAY_NOON, "P5D", datetime(2026, 11, 27, 12, tzinfo=UTC)),
        (FRIDAY_NOON + timedelta(days=1), "PT1H", datetime(2026, 11, 23, 1, tzinfo=UTC)),
    ],
)
def test_working_time_leaves_weekends_out(opened: datetime, due: str, wanted: datetime) -> None:
    assert due_moment(ask(due=due), opened) == wanted


@given(st.integers(0, 10_000_000), st.integers(1, 2_000))
def test_working_time_is_at_least_wall_time_and_ends_on_a_weekday(minutes: int, hours: int) -> None:
    opened = FRIDAY_NOON + timedelta(minutes=minutes)
    due = due_moment(ask(due=f"PT{hours}H"), opened)
    assert due is not None
    assert due >= opened + timedelta(hours=hours)
    assert due.weekday() < 5 or (due.weekday() == 5 and due == due.replace(hour=0, minute=0, second=0, microsecond=0))


def test_wall_time_counts_every_hour_and_no_due_is_for_ever() -> None:
    assert due_moment(ask(due_clock="P2D"), FRIDAY_NOON) == FRIDAY_NOON + timedelta(days=2)
    assert due_moment(ask(), FRIDAY_NOON) is None
    assert due_moment(ask(due_clock="P999999W"), FRIDAY_NOON) is None
    assert due_moment(ask(due="P999999W"), FRIDAY_NOON) is None


@pytest.mark.parametrize(
    ("record", "parts"),
    [
        ("Hello", [("", "Hello")]),
        (None, []),
        ({"a": None, "b": "", "c": " \n\t", "d": True}, []),
        ({"proposal": "billing", "ticket": "I was charged twice in May, and nobody answers.", "score": 0.93},
         [("proposal", "billing"), ("score", "0.93"), ("ticket", "I was charged twice in May, and nobody answers.")]),
        ({"body": {"text": "Dear Ada,\n\n  your refund\u202e is on its way to your account.", "to": "ada@example.org"}},
         [("to", "ada@example.org"), ("text", "Dear Ada, your refund is on its way to your account.")]),
        ({"a": 1, "b": 2, "c": 3, "d": "four"}, [("a", "1"), ("b", "2"), ("d", "four")]),
        ({"file": "0fileidfileid", "name": "Invoice 7"}, [("name", "Invoice 7")]),
        ({"rows": [{"name": "Ann"}, {"name": "Bo"}]}, [("name", "Ann"), ("name", "Bo")]),
    ],
)  # fmt: skip
def test_an_excerpt_tells_items_apart(record: Any, parts: list[tuple[str, str]]) -> None:
    assert excerpt_record(record, ["0fileidfileid"]) == parts


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner)
                    | st.dictionaries(st.text(), inner)))  # fmt: skip
def test_an_excerpt_is_one_short_line_of_any_record(record: Any) -> None:
    parts = excerpt_record(record)
    assert len(parts) <= EXCERPT_PARTS
    assert all(text and len(text) <= EXCERPT_LETTERS and text == " ".join(text.split()) for _, text in parts)


def test_an_excerpt_of_a_vast_record_is_quick() -> None:
    vast = {f"field {at}": {"text": "x" * 100_000} for at in range(2_000)}
    assert [len(text) for _, text in excerpt_record(vast)] == [EXCERPT_LETTERS] * EXCERPT_PARTS
