"""Ids that sort by the time they were made."""

from __future__ import annotations

import secrets
import threading
from typing import Final

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
_LENGTH = 13
_BITS: Final = 20
_REMEMBERED: Final = 256

LATEST = (1 << 43) - 1
"""The last moment that an id can name, in milliseconds since 1970: in the year 2248."""

_lock = threading.Lock()
_last: dict[int, int] = {}


def new_id(milliseconds: int) -> int:
    """A positive 63-bit integer: 43 bits of time, then 20 bits that begin anywhere and count up within a millisecond.

    One process never makes the same id twice, however many it makes at one moment; two processes begin at different
    places. Bits drawn anew for each id would not do: of a thousand in one millisecond, two are alike nearly every
    second time.

    Args:
        milliseconds: milliseconds since 1970, from the caller's clock.
    """
    moment = first_id(milliseconds)
    with _lock:
        before = _last.pop(moment, None)
        number = secrets.randbits(_BITS) if before is None else (before + 1) % (1 << _BITS)
        _last[moment] = number
        if len(_last) > _REMEMBERED:
            del _last[next(iter(_last))]
    return moment | number


def first_id(milliseconds: int) -> int:
    """The smallest id that can be made at a moment: what was made since then has this one or a larger one."""
    return (milliseconds & LATEST) << _BITS


def show_id(number: int) -> str:
    """An id as people see it: 13 letters and digits that sort like the number."""
    letters = []
    for _ in range(_LENGTH):
        number, rest = divmod(number, 32)
        letters.append(_ALPHABET[rest])
    return "".join(reversed(letters))


def read_id(text: str) -> int:
    """The number behind an id that a person typed.

    Raises:
        ValueError: the text is not such an id.
    """
    number = 0
    cleaned = text.strip().lower()
    if len(cleaned) != _LENGTH:
        raise ValueError(f"{text!r} is not an id: it should have {_LENGTH} letters and digits")
    for letter in cleaned:
        position = _ALPHABET.find(letter)
        if position < 0:
            raise ValueError(f"{text!r} is not an id: {letter!r} cannot stand in one")
        number = number * 32 + position
    if number >= 1 << 63:
        raise ValueError(f"{text!r} is not an id: it is too large")
    return number
