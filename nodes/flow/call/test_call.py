"""flow.call: its examples hold."""

from pathlib import Path

from builder.sdk.testing import check_examples


def test_examples_hold() -> None:
    assert check_examples(Path(__file__).parent) >= 1
