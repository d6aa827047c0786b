"""tool.email_send: its examples hold, and who may be written to is who a pattern names. Real servers: `tests/nodes`."""

from pathlib import Path

import pytest

from builder.sdk import AfterCrash
from builder.sdk.testing import check_examples
from nodes.tool.email_send.node import NODE, EmailSendConfig, _matches


def test_examples_hold() -> None:
    assert check_examples(Path(__file__).parent) == 8


@pytest.mark.parametrize(
    ("address", "pattern", "is_meant"),
    [
        ("Ann@Example.org", "ann@example.org", True),
        ("ann@example.org", "*@example.org", True),
        ("ann@mail.example.org", "*@example.org", False),
        ("ann@mail.example.org", "*@*.example.org", True),
        ("ann@evilexample.org", "*@*.example.org", False),
        ("ann@example.org.evil.example", "*@example.org", False),
        ("ann@example.org", "bob@*", False),
        ("bob@anywhere.example", "bob@*", True),
        ("ann@example.org", "*", True),
    ],
)
def test_a_pattern_means(address: str, pattern: str, *, is_meant: bool) -> None:
    assert _matches(address, pattern) is is_meant


def test_what_it_says_of_itself() -> None:
    assert (NODE.effects.external, NODE.effects.irreversible, NODE.effects.after_crash) == (
        True, True, AfterCrash.UNSAFE
    )  # fmt: skip
    schema = EmailSendConfig.model_json_schema()["properties"]
    assert schema["recipients"]["x-stricter"] == "subset"
    assert schema["credential"]["x-credential"] == ["smtp"]
