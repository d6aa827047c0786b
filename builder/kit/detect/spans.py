"""A Span is one thing found in a text; a Text is a text made plain, so that no spelling trick hides anything.

Detectors read the plain form: Unicode digits are ASCII digits, every kind of space is a space, every dash a hyphen,
full-width forms are narrow, and characters that nobody sees are gone. Spans always count code points of the text as it
was given.
"""

from __future__ import annotations

import bisect
import functools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Span:
    """One thing found.

    Attributes:
        kind: what it is (`email`, `iban`, `us_ssn` …).
        start: first character, counted in code points.
        end: one past the last character.
        score: how sure the detector is, 0 to 1.
        detector: `name@version`.
    """

    kind: str
    start: int
    end: int
    score: float
    detector: str


_ESCAPES = re.compile(r"\\[nrt]")  # a line break that was written out: `\nPhone` is no word `nPhone`
_UNSEEN = frozenset({"Cf", "Mn", "Me"})  # joiners, direction marks, soft hyphens, tags; accents and enclosing marks
_MAPPED = (range(0x80, 0x20000), range(0xE0000, 0xE1000))
_BY_HAND = {0x3002: ".", 0xFF61: ".", 0x2212: "-", 0x00AF: None, 0x2044: "/", 0x2028: "\n", 0x2029: "\n", 0x85: "\n"}


@functools.cache
def _plain_table() -> dict[int, str | None]:
    """Code point → its plain form (None: dropped), for all that differ. Built once: some 20 ms."""
    table: dict[int, str | None] = {}
    for block in _MAPPED:
        for code in block:
            letter = chr(code)
            category = unicodedata.category(letter)
            if category in _UNSEEN:
                table[code] = None
            elif category == "Nd":
                table[code] = str(unicodedata.decimal(letter))
            elif category == "Zs":
                table[code] = " "
            elif category == "Pd":
                table[code] = "-"
            elif category not in ("Cn", "Co", "Cs", "Lo"):
                form = unicodedata.normalize("NFKC", letter)
                if len(form) == 1 and form.isascii() and form != letter:
                    table[code] = form
    table.update(_BY_HAND)
    return table


def make_plain(text: str) -> tuple[str, list[int] | None]:
    """A text in its plain form, and for each of its characters the index in the text as given.

    The indices are None when they are the same, which they nearly always are.
    """
    if "\\" in text:
        text = _ESCAPES.sub("\n ", text)
    if text.isascii():
        return text, None
    table = _plain_table()
    plain = text.translate(table)
    if len(plain) == len(text):
        return plain, None
    return plain, [index for index, letter in enumerate(text) if table.get(ord(letter), letter) is not None]


def place_spans(spans: Iterable[Span], indices: list[int] | None) -> list[Span]:
    """Spans of a plain form as spans of the text as given."""
    if indices is None:
        return list(spans)
    return [replace(span, start=indices[span.start], end=indices[span.end - 1] + 1) for span in spans]


def settle_overlaps(spans: Iterable[Span]) -> list[Span]:
    """Of spans that overlap the longest stays, then the surest; in order of their place."""
    starts: list[int] = []
    kept: list[Span] = []  # in order of place, as `starts`
    for span in sorted(spans, key=lambda one: (-(one.end - one.start), -one.score, one.start, one.kind)):
        place = bisect.bisect_left(starts, span.end)
        if place == 0 or kept[place - 1].end <= span.start:
            place = bisect.bisect_left(starts, span.start)
            starts.insert(place, span.start)
            kept.insert(place, span)
    return kept


def last_match(words: re.Pattern[str], text: str, end: int, reach: int) -> int:
    """Where the last of some words begins among the `reach` characters before `end`; -1 when there is none."""
    place = -1
    for found in words.finditer(text, max(0, end - reach), end):
        place = found.start()
    return place
