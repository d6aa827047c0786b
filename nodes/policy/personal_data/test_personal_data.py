"""policy.personal_data: the examples of the folder hold, and what they cannot show."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from builder.kit.shapes import validate
from builder.sdk import Done, Outcome, Refused
from builder.sdk.testing import TestContext, check_examples
from nodes.policy.personal_data.node import NODE, PersonalDataConfig


def test_examples() -> None:
    assert check_examples(Path(__file__).parent) > 0


def _mask(record: dict[str, Any], context: TestContext, **config: Any) -> Outcome:
    return asyncio.run(NODE.run(PersonalDataConfig.model_validate(config), record, context))


def test_equal_values_get_equal_tokens_so_joins_still_work() -> None:
    context = TestContext()
    outcome = _mask(
        {"to": "jane@example.com", "rows": [{"by": "jane@example.com"}, {"by": "joe@example.com"}]}, context
    )
    assert isinstance(outcome, Done)
    record = outcome.output["record"]
    assert record["to"] == record["rows"][0]["by"] != record["rows"][1]["by"]


def test_an_address_still_fits_its_schema() -> None:
    context = TestContext(schema={"type": "object", "properties": {"to": {"type": "string", "format": "email"}}})
    outcome = _mask({"to": "jane@example.com"}, context)
    assert isinstance(outcome, Done)
    assert validate(outcome.output["record"], context.schema) == []


def test_masking_twice_is_masking_once() -> None:
    context = TestContext()
    first = _mask({"text": "jane@example.com, phone 606 8113"}, context)
    assert isinstance(first, Done)
    second = _mask(first.output["record"], context)
    assert isinstance(second, Done)
    assert second.output["record"] == first.output["record"]
    assert second.output["findings"] == []


def test_a_field_name_is_masked_too_and_told_to_nobody() -> None:
    outcome = _mask({"votes": {"jane@example.com": "606 8113 by phone"}}, TestContext())
    assert isinstance(outcome, Done)
    assert "jane" not in repr(outcome)
    assert "606 8113" not in repr(outcome)


@given(
    st.lists(st.sampled_from(["jane@example.com", "4111 1111 1111 1111", "DE89370400440532013000", "Hello", "\u200b"]))
)
def test_nothing_that_is_found_is_left(pieces: list[str]) -> None:
    record = {"a": " ; ".join(pieces), "b": [{"c": piece} for piece in pieces]}
    outcome = _mask(record, TestContext())
    assert isinstance(outcome, Done)
    assert all(find not in repr(outcome) for find in ("jane@", "4111", "DE89"))


def test_a_vault_that_fails_lets_nothing_pass() -> None:
    outcome = _mask({"to": "jane@example.com"}, TestContext(tokens=None))
    assert isinstance(outcome, Refused)
    assert "PermissionError" in outcome.reason


def test_a_word_made_up_by_the_rule_needs_reviewers_at_run_time_too() -> None:
    outcome = _mask({"to": "hello"}, TestContext(), rule="'re' + 'view'")
    assert isinstance(outcome, Refused)
    assert "names no reviewers" in outcome.reason
