"""policy.unmask: the examples of the folder hold, and what was masked comes back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from builder.kit.tokens import TokenBook
from builder.sdk import Done, NodeConfig, Outcome, Refused
from builder.sdk.testing import TestContext, check_examples
from nodes.policy.unmask.node import NODE


def test_examples() -> None:
    assert check_examples(Path(__file__).parent) > 0


def _unmask(record: dict[str, Any], context: TestContext) -> Outcome:
    return asyncio.run(NODE.run(NodeConfig(), record, context))


@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=4))
def test_what_was_masked_comes_back(values: list[str]) -> None:
    context = TestContext()
    tokens = [context.vault.token("field", value) for value in values]
    outcome = _unmask({"text": " and ".join(tokens), "rows": [{"by": token} for token in tokens]}, context)
    assert isinstance(outcome, Done)
    assert outcome.output["record"] == {"text": " and ".join(values), "rows": [{"by": value} for value in values]}
    assert outcome.verdict is not None
    assert "rows[0].by" in outcome.verdict.reason


def test_field_names_come_back_too() -> None:
    context = TestContext()
    outcome = _unmask({"votes": {context.vault.token("email", "jane@example.com", "email"): 1}}, context)
    assert isinstance(outcome, Done)
    assert outcome.output["record"] == {"votes": {"jane@example.com": 1}}


def test_another_runs_token_stays() -> None:
    other = TestContext()
    other.tokens = TokenBook(b"the key of another run")
    token = other.vault.token("iban", "DE89")
    outcome = _unmask({"text": token}, TestContext())
    assert isinstance(outcome, Done)
    assert outcome.output["record"] == {"text": token}


def test_a_value_that_does_not_fit_its_place_blocks() -> None:
    context = TestContext(schema={"type": "object", "properties": {"to": {"type": "string", "format": "email"}}})
    outcome = _unmask({"to": context.vault.token("field", "Jane Doe", "email")}, context)
    assert isinstance(outcome, Refused)
    assert "does not fit there: to" in outcome.reason
