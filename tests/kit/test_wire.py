"""What travels over the wire: ids, lines, pages and their cursors, ETags."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from builder.kit.etags import UnseenError, expect_revision, read_etags, show_etag
from builder.kit.ids import show_id
from builder.kit.pages import CursorError, Page, cut_page, read_cursor, write_cursor
from builder.kit.wire import Id, Line, Prose

ID = TypeAdapter(Id)
numbers = st.integers(0, (1 << 63) - 1)
places = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=40)


class Row(BaseModel):
    id: Id
    name: str


@given(numbers)
def test_ids_are_numbers_inside_and_text_outside(number: int) -> None:
    assert ID.validate_python(show_id(number)) == number
    assert json.loads(Row(id=number, name="x").model_dump_json())["id"] == show_id(number)


@pytest.mark.parametrize(
    "value", ["", "0", "i" * 13, "zzzzzzzzzzzzz", "0" * 14, -1, 1 << 63, True, 1.0, None, [], "\x00" * 13, "é" * 13]
)
def test_what_is_no_id_is_refused_without_being_repeated(value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        ID.validate_python(value)
    assert caught.value.errors()[0]["msg"] == "This is not an id: 13 letters and digits."


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [
        (Line, "  Zoë  ", "Zoë"),
        (Line, " ", None),
        (Line, "a\nb", None),
        (Line, "a\x00b", None),
        (Line, "\ud800", None),
        (Line, "x" * 201, None),
        (Prose, "two\nlines", "two\nlines"),
        (Prose, "", ""),
        (Prose, "a\x00b", None),
        (Prose, "\ud800", None),
        (Prose, "x" * 10_001, None),
    ],
)
def test_text_that_a_database_and_a_screen_can_hold(kind: Any, text: str, kept: str | None) -> None:
    adapter = TypeAdapter(kind)
    if kept is None:
        with pytest.raises(ValidationError):
            adapter.validate_python(text)
    else:
        assert adapter.validate_python(text) == kept


@given(places, numbers)
def test_a_cursor_names_its_place(name: str, number: int) -> None:
    assert read_cursor(write_cursor(name, number), str, int) == (name, number)


def test_no_cursor_is_the_beginning() -> None:
    assert read_cursor(None, str) is None
    assert read_cursor("", str) is None


def encode(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x", "é", "====", "A" * 5_000, encode({}), encode(1), encode(None), encode([1]), encode([1, 2]),
        encode(["a", 1.5]), encode(["a", True]), encode(["a", 1, 2]), encode(["a", 1 << 63]), encode(["a\x00", 1]),
        encode(["\ud800", 1]), encode([["a"], 1]), base64.urlsafe_b64encode(b"[" * 1_200).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)  # fmt: skip
def test_what_is_no_cursor_of_this_list_is_refused(cursor: str) -> None:
    with pytest.raises(CursorError):
        read_cursor(cursor, str, int)


@given(st.text(max_size=60))
def test_any_text_is_a_cursor_or_is_refused(text: str) -> None:
    try:
        place = read_cursor(text, int)
    except CursorError:
        return
    assert place is None or isinstance(place[0], int)


@given(st.lists(st.integers(0, 50), unique=True, max_size=30), st.integers(1, 7))
def test_pages_together_are_the_list(rows: list[int], size: int) -> None:
    rows = sorted(rows)
    seen: list[int] = []
    cursor: str | None = None
    while True:
        place = read_cursor(cursor, int)
        rest = [row for row in rows if place is None or row > int(place[0])]
        shown, cursor = cut_page(rest[: size + 1], size, lambda row: (row,))
        assert len(shown) <= size
        seen += shown
        if cursor is None:
            break
    assert seen == rows


def test_a_page_says_its_shape() -> None:
    page = Page[Row](items=[Row(id=1, name="a")], next=None)
    assert json.loads(page.model_dump_json()) == {"items": [{"id": show_id(1), "name": "a"}], "next": None}


@given(st.integers(0, 10**12))
def test_a_revision_comes_back(number: int) -> None:
    assert expect_revision(show_etag(number)) == number
    assert expect_revision(f"W/{show_etag(number)}") == number
    assert read_etags(f'"abc", {show_etag(number)}') == ("abc", str(number))


@pytest.mark.parametrize("header", [None, "", "*", "7", '"7', '"7", "8"', '"x"', '"-1"', '"٧"', '"' + "9" * 30 + '"'])
def test_a_change_says_what_it_has_seen(header: str | None) -> None:
    with pytest.raises(UnseenError):
        expect_revision(header)
