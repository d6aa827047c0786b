"""Random choices that cost little: by strategies that are made once, not anew for each choice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


@cache
def upto(most: int) -> st.SearchStrategy[int]:
    """A number from 0 to `most`."""
    return st.integers(0, most)


def pick(draw: st.DrawFn, options: Sequence[T]) -> T:
    """One of them; when a case is made small, the first."""
    return options[draw(upto(len(options) - 1))]


def pick_some(draw: st.DrawFn, options: Iterable[T], most: int, least: int = 0) -> list[T]:
    """So many different ones, in random order."""
    left = list(options)
    most = min(most, len(left))
    return [left.pop(draw(upto(len(left) - 1))) for _ in range(min(least, most) + draw(upto(most - min(least, most))))]
