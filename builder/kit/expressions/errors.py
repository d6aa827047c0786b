"""The two ways an expression can be refused: when it is read, and when it is worked out."""

from __future__ import annotations

from builder.kit.errors import HandrailError


class ExpressionError(HandrailError):
    """An expression or template that cannot be used.

    Attributes:
        line: line in the source, from 1.
        column: column in that line, from 1.
    """

    code = "bad_expression"

    def __init__(self, sentence: str, *, line: int = 1, column: int = 1, way_out: str | None = None) -> None:
        super().__init__(sentence, way_out=way_out)
        self.line = line
        self.column = column


class EvaluationError(HandrailError):
    """An expression that was fine when read and has no result over these values. The sentence quotes no value.

    Attributes:
        lacks: whether something that it reads is not there, or is nothing.
    """

    code = "expression_failed"
    status = 409
    lacks: bool = False
