"""Ids that sort by the time they were made."""

from __future__ import annotations

import secrets

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
_LENGTH = 13

LATEST = (1 << 43) - 1
"""The last moment that an id can name, in milliseconds since 1970: in the year 2248."""


def new_id(milliseconds: int) -> int:
    """A positive 63-bit integer: 43 bits of time, then 20 random bits.

    Args:
        milliseconds: milliseconds since 1970, from the caller's clock.
    """
    return first_id(milliseconds) | secrets.randbits(20)


def first_id(milliseconds: int) -> int:
    """The smallest id that can be made at a moment: what was made since then has this one or a larger one."""
    return (milliseconds & LATEST) << 20


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
