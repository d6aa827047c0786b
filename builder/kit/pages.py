"""Lists in pages: a Page holds items and where the next one starts, as a cursor that only the server reads.

A cursor names the last row of the page before, by what the list is sorted by; so rows that come or go meanwhile are
neither shown twice nor left out. It carries no right: whoever changes one sees only what he may see anyway.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Sequence
from typing import Annotated, ClassVar, Generic, TypeVar

from pydantic import BaseModel, Field

from builder.kit.errors import HandrailError

Item = TypeVar("Item")
Row = TypeVar("Row")
Place = int | str

PageSize = Annotated[int, Field(ge=1, le=200, description="How many items a page has at most.")]
_LONGEST = 2_000
_UNFIT = re.compile("[\x00\ud800-\udfff]")  # what a database cannot hold as text
_LARGEST = 1 << 63


class CursorError(HandrailError):
    """A cursor is not one that this list gave."""

    code: ClassVar[str] = "cursor"
    status: ClassVar[int] = 422


class Page(BaseModel, Generic[Item]):
    """Some items of a list, and the cursor of the next ones; None at the end."""

    items: list[Item]
    next: str | None


def write_cursor(*place: Place) -> str:
    """The cursor of a place in a list: the sort values of the last row shown."""
    return base64.urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode().rstrip("=")


def read_cursor(cursor: str | None, *kinds: type[Place]) -> tuple[Place, ...] | None:
    """The place that a cursor names; None for the beginning.

    Args:
        cursor: as it came.
        kinds: the type of each value (`str`, `int`).

    Raises:
        CursorError: it is not a cursor of such a list.
    """
    if not cursor:
        return None
    try:
        text = base64.b64decode(cursor[:_LONGEST] + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        place = json.loads(text)
    except (ValueError, binascii.Error, RecursionError):
        place = None
    if not isinstance(place, list) or len(place) != len(kinds) or not all(map(_is, place, kinds)):
        raise CursorError("This list cannot go on from there.", way_out="Open the list again.", field="cursor")
    return tuple(place)


def cut_page(
    rows: Sequence[Row], size: int, place: Callable[[Row], tuple[Place, ...]]
) -> tuple[Sequence[Row], str | None]:
    """The rows of one page and the cursor of the next.

    Args:
        rows: up to `size + 1` rows: the one too many says that there is a next page.
        size: how many a page has.
        place: the sort values of a row.
    """
    if len(rows) <= size:
        return rows, None
    return rows[:size], write_cursor(*place(rows[size - 1]))


def _is(value: object, kind: type[Place]) -> bool:
    if kind is int:
        return type(value) is int and -_LARGEST <= value < _LARGEST
    return isinstance(value, str) and not _UNFIT.search(value)
