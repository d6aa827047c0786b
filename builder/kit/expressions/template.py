"""Templates: text with holes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from builder.kit.expressions.check import check_characters
from builder.kit.expressions.compiled import Expression, compile_expression
from builder.kit.expressions.cost import MAX_RESULT
from builder.kit.expressions.errors import EvaluationError, ExpressionError
from builder.kit.expressions.functions import print_scalar
from builder.kit.shapes import JSON, Schema, describe, kinds_of

MAX_TEMPLATE = 100_000
MAX_HOLES = 200
_BRACES = "{{"
_TEXT = re.compile(r"r?(\"\"\"|'''|\"|')", re.IGNORECASE)


class Template:
    """A checked template.

    Attributes:
        source: as the author wrote it.
        reads: the paths that its holes read, sorted.
    """

    __slots__ = ("_pieces", "reads", "source")

    def __init__(self, source: str, pieces: tuple[str | Expression, ...]) -> None:
        self.source = source
        self._pieces = pieces
        holes = [piece for piece in pieces if isinstance(piece, Expression)]
        self.reads: tuple[tuple[str, ...], ...] = tuple(sorted({path for hole in holes for path in hole.reads}))

    def evaluate(self, values: Mapping[str, JSON]) -> str:
        """The text with its holes filled: null as nothing, `true` and `false`, a whole number without decimals.

        Raises:
            EvaluationError: a hole has no result or gives a list or record, or the text is too long.
        """
        printed: list[str] = []
        size = 0
        for piece in self._pieces:
            text = piece if isinstance(piece, str) else _fill(piece, values)
            size += len(text)
            if size > MAX_RESULT:
                raise EvaluationError(f"The text is longer than {MAX_RESULT:,} characters.")
            printed.append(text)
        return "".join(printed)


def _fill(hole: Expression, values: Mapping[str, JSON]) -> str:
    value = hole.evaluate(values)
    if isinstance(value, list | dict):
        raise EvaluationError("A hole gives a list or record.", way_out="Write join(…, ', ') or json(…).")
    return print_scalar(value)


def compile_template(source: str, names: Mapping[str, Schema]) -> Template:
    """Checks a template: text with holes `{{ CEL }}`; `{{{{` prints `{{`.

    Raises:
        ExpressionError: with line and column in the template, and one plain sentence.
    """
    if len(source) > MAX_TEMPLATE:
        raise ExpressionError(f"The template has {len(source):,} characters; at most {MAX_TEMPLATE:,} may stand here.")
    check_characters(source, "a template")
    pieces: list[str | Expression] = []
    holes = 0
    for text, position in _split(source):
        if position is None:
            pieces.append(text)
            continue
        holes += 1
        if holes > MAX_HOLES:
            raise ExpressionError(f"The template has more than {MAX_HOLES} holes.")
        line, column = source.count("\n", 0, position) + 1, position - source.rfind("\n", 0, position)
        try:
            pieces.append(_compile_hole(text, names))
        except ExpressionError as error:
            raise ExpressionError(
                error.sentence,
                line=line + error.line - 1,
                column=error.column + (column - 1 if error.line == 1 else 0),
                way_out=error.way_out,
            ) from None
    return Template(source, tuple(pieces))


def _compile_hole(source: str, names: Mapping[str, Schema]) -> Expression:
    hole = compile_expression(source, names)
    if (kinds_of(hole.returns) or frozenset()) & {"array", "object"}:
        words = describe(hole.returns)
        raise ExpressionError(f"This hole gives {words}.", way_out="Write join(…, ', ') or json(…).")
    return hole


def _split(source: str) -> Iterator[tuple[str, int | None]]:
    """The pieces in order: text with None, a hole's inside with its position."""
    position = 0
    while True:
        start = source.find(_BRACES, position)
        if start < 0:
            yield source[position:], None
            return
        yield source[position:start], None
        if source.startswith(_BRACES, start + 2):
            yield _BRACES, None
            position = start + 4
            continue
        end = _end_of_hole(source, start + 2)
        if end is None:
            line, column = source.count("\n", 0, start) + 1, start - source.rfind("\n", 0, start)
            raise ExpressionError(
                "A hole begins here and does not end.", line=line, column=column, way_out="Close it with }}."
            )
        inside = source[start + 2 : end]
        yield inside.strip(" "), start + 2 + len(inside) - len(inside.lstrip(" "))
        position = end + 2


def _end_of_hole(source: str, position: int) -> int | None:
    """Where the `}}` of a hole stands: outside its texts, outside its own braces."""
    depth = 0
    while position < len(source):
        quote = _TEXT.match(source, position)
        if quote:
            position = _end_of_text(source, quote.end(), quote[1], raw=quote.end() - position > len(quote[1]))
            continue
        letter = source[position]
        if letter == "{":
            depth += 1
        elif letter == "}":
            if depth == 0:
                return position if source.startswith("}}", position) else None
            depth -= 1
        position += 1
    return None


def _end_of_text(source: str, position: int, quote: str, *, raw: bool) -> int:
    while position < len(source) and not source.startswith(quote, position):
        position += 1 if raw or source[position] != "\\" else 2
    return position + len(quote)
