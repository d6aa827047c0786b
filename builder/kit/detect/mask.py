"""To mask is to put a token in the place of each thing found."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from builder.kit.detect.spans import Span


def mask_text(text: str, spans: Iterable[Span], token_of: Callable[[Span, str], str]) -> str:
    """A text with each span replaced.

    Args:
        text: the text that the spans were found in.
        spans: without overlaps, in any order.
        token_of: for a span and the text under it, what is to stand there.
    """
    pieces: list[str] = []
    reached = 0
    for span in sorted(spans, key=lambda one: one.start):
        pieces += (text[reached : span.start], token_of(span, text[span.start : span.end]))
        reached = span.end
    pieces.append(text[reached:])
    return "".join(pieces)
