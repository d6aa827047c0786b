"""Ids: as text and back, in the order of time, and never twice from one process."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.kit.ids import LATEST, first_id, new_id, read_id, show_id


@given(st.integers(0, (1 << 63) - 1))
def test_an_id_is_read_as_it_was_shown(number: int) -> None:
    assert read_id(show_id(number)) == number
    assert read_id(f" {show_id(number).upper()} ") == number


@given(st.integers(0, LATEST - 1))
def test_later_ids_are_larger(moment: int) -> None:
    assert first_id(moment) <= new_id(moment) < first_id(moment + 1) <= new_id(moment + 1)


def test_many_ids_of_one_moment_differ() -> None:
    moment = 1_796_017_218_950
    made: list[list[int]] = [[] for _ in range(4)]

    def make(into: list[int]) -> None:
        into.extend(new_id(moment + number % 2) for number in range(5_000))

    threads = [threading.Thread(target=make, args=(into,)) for into in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({number for into in made for number in into}) == 20_000


@pytest.mark.parametrize("text", ["", "abc", "u" * 13, "z" * 13, "0" * 14])
def test_what_is_no_id_gets_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="is not an id"):
        read_id(text)
