"""A value in a field: the field's name is context, as a word in the same sentence would be."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from builder.kit.detect.spans import Span, settle_overlaps

_LONGEST_VALUE = 60
_BETWEEN_WORDS = re.compile(r"[\W_]+|(?<=[a-z])(?=[A-Z])")


def find_in_field(name: str, text: str, find: Callable[[str], list[Span]]) -> list[Span]:
    """What a detector finds in the value of a field: `606 8113` counts as a phone number in `customer_phone`.

    The name counts only for short values; a longer text is prose and speaks for itself.

    Args:
        name: the field's name, in any spelling (`customerPhone`, `date-of-birth`); "" when there is none.
        text: the value.
        find: the detectors.
    """
    spans = find(text)
    if not name or len(text) > _LONGEST_VALUE:
        return spans
    start = f"{_BETWEEN_WORDS.sub(' ', name)}: "
    named = (span for span in find(start + text) if span.start >= len(start))
    moved = [replace(span, start=span.start - len(start), end=span.end - len(start)) for span in named]
    return settle_overlaps([*spans, *moved])
