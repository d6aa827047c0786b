"""A Pace: never more than so many at once and so many a second, whatever the order; and its memory is bounded."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.kit.pace import Pace


class Still:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.seconds = 5.0

    def now(self) -> datetime:
        raise AssertionError("a pace needs no calendar")

    def monotonic(self) -> float:
        return self.seconds


@given(
    st.lists(st.floats(0, 3), min_size=1, max_size=80),
    st.floats(0.5, 50),
    st.integers(1, 20),
)
def test_no_window_holds_more_than_it_may(gaps: list[float], per_second: float, at_once: int) -> None:
    clock = Still()
    pace, taken = Pace(clock), []
    for gap in gaps:
        clock.seconds += gap
        wait = pace.take("one", per_second, at_once)
        if wait == 0:
            taken.append(clock.seconds)
        else:
            assert wait > 0
    for first in range(len(taken)):
        for last in range(first, len(taken)):
            assert last - first + 1 <= at_once + (taken[last] - taken[first]) * per_second + 1e-6


@given(st.floats(0.5, 50), st.integers(1, 20))
def test_who_waits_as_long_as_was_said_may(per_second: float, at_once: int) -> None:
    clock = Still()
    pace = Pace(clock)
    for _ in range(at_once):
        assert pace.take("one", per_second, at_once) == 0
    wait = pace.take("one", per_second, at_once)
    assert wait == pytest.approx(1 / per_second)
    assert pace.take("other", per_second, at_once) == 0
    clock.seconds += wait
    assert pace.take("one", per_second, at_once) == 0


def test_its_memory_is_bounded() -> None:
    pace = Pace(Still(), kept=3)
    for key in "abcd":
        assert pace.take(key, 1, 1) == 0
    assert pace.take("a", 1, 1) == 0, "it was forgotten"
    assert pace.take("d", 1, 1) > 0
