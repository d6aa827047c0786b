"""Durations are counted in seconds, and nothing else is one."""

from __future__ import annotations

import pytest

from builder.kit.durations import read_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("PT30S", 30), ("PT5M", 300), ("PT24H", 86_400), ("P7D", 604_800), ("P2W", 1_209_600), ("P1DT12H", 129_600),
     ("PT0.5S", 0.5), ("PT0S", 0)],
)  # fmt: skip
def test_a_duration_is_counted(text: str, seconds: float) -> None:
    assert read_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "30s", "PT30", "P1M", "P1Y", "-PT5S", "PT5S ", "PT5S\n", "pt5s", "PT٣S", "PT1e9S", "P1DT"]
)
def test_anything_else_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        read_duration(text)
