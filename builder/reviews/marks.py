"""What is marked in a record: what the detectors find in its texts, and what the policy found that asks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from builder.kit.detect import Span, find_in_field, find_personal_data, find_secrets
from builder.reviews.views import SpanView
from builder.sdk import JSON, Finding

MOST = 500
"""Marks that are shown; a record with more is marked enough."""
LONGEST = 100_000
"""Characters of one text that are looked at while somebody waits for the page."""

Path = tuple[str | int, ...]
_PART = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


def find_marks(record: JSON, findings: Sequence[Finding] = ()) -> list[SpanView]:
    """What is marked in a record, in the order of its texts.

    Args:
        record: what people decide on.
        findings: what a policy found in it.
    """
    marks: dict[tuple[Path, int, int], SpanView] = {}
    for path, name, text in _texts(record, (), ""):
        for span in find_in_field(name, text[:LONGEST], _find):
            key = (path, span.start, span.end)
            marks[key] = _mark(path, span.start, span.end, span.kind, "looks like")
            if len(marks) >= MOST:
                return list(marks.values())
    for each in findings:
        path = _path_of(each.field)
        key = (path, each.start, each.end)
        marks[key] = _mark(path, each.start, each.end, each.kind, "was found by a policy:")
    return list(marks.values())[:MOST]


def _find(text: str) -> list[Span]:
    return [*find_personal_data(text), *find_secrets(text)]


def _mark(path: Path, start: int, end: int, kind: str, word: str) -> SpanView:
    said = kind.replace("_", " ")
    sentence = f"This {word} {said}."
    return SpanView(path=list(path), start=start, end=end, kind=kind, sentence=sentence)


def _texts(value: JSON, path: Path, name: str) -> Iterator[tuple[Path, str, str]]:
    if isinstance(value, str):
        yield path, name, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, (*path, key), key)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _texts(inner, (*path, number), name)


def _path_of(field: str) -> Path:
    """A finding's dotted path, as its parts (`rows[2].text`)."""
    return tuple(int(number) if number else name for number, name in _PART.findall(field))
