"""What travels over the wire in every room: ids as people see them, and text that a database and a screen can hold."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from builder.kit.ids import read_id, show_id


def _read(value: object) -> int:
    try:
        number = read_id(value) if isinstance(value, str) else value
    except ValueError:
        number = None
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < 1 << 63:
        raise PydanticCustomError("id", "This is not an id: 13 letters and digits.")
    return number


Id = Annotated[
    int,
    BeforeValidator(_read),
    PlainSerializer(show_id, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^[0-7][0-9a-hjkmnp-tv-z]{12}$"}),
]
"""A number inside, 13 letters and digits outside; in paths, queries, bodies and answers alike."""

Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")
]
"""One line that a person wrote: a name, a title."""

Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000, pattern=r"^[^\x00]*$")]
"""Some lines that a person wrote: a purpose, a reason. May be empty."""
