"""The examples of the folder hold."""

from __future__ import annotations

from pathlib import Path

from builder.sdk.testing import check_examples


def test_examples() -> None:
    assert check_examples(Path(__file__).parent) > 0
