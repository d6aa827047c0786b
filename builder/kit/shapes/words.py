"""The words of a schema, and what every part of this package reads from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from builder.kit.errors import HandrailError

JSON: TypeAlias = Any
"""Plain data: None, bool, int (64 bits), finite float, str, list, dict with text keys."""

Schema: TypeAlias = Mapping[str, Any]
"""A schema; `{}` is anything."""

Path: TypeAlias = tuple[str | int, ...]
"""Where in a value or schema: field names and list positions."""

MAX_DEPTH = 64
"""How deep values and schemas may nest."""

INTEGERS = range(-(1 << 63), 1 << 63)

TYPES = ("boolean", "integer", "number", "string", "array", "object", "null")

_KINDS = {
    type(None): "null", bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object",
}  # fmt: skip

_ALONE = {kind: frozenset({kind}) for kind in TYPES}

ANNOTATIONS = frozenset({"title", "description", "labels", "declassified", "default"})
"""Words that say something about a value without restricting it."""

WORDS_OF = {
    "integer": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}),
    "number": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}),
    "string": frozenset({"minLength", "maxLength", "format", "accept", "maxSize"}),
    "array": frozenset({"items", "minItems", "maxItems"}),
    "object": frozenset({"properties", "required", "additionalProperties", "oneOf"}),
}
"""Words that only make sense beside one type."""

IN_WORDS = {
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "string": "a text",
    "array": "a list",
    "object": "a record",
    "null": "nothing (null)",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a schema or a value: where, and what."""

    path: Path
    sentence: str


class ShapeError(HandrailError):
    """A value is not plain data that every part of the product can hold.

    Attributes:
        path: where in the value.
    """

    code = "not_plain_data"

    def __init__(self, sentence: str, path: Path = ()) -> None:
        super().__init__(sentence, field=dotted(path) or None)
        self.path = path


def dotted(path: Iterable[str | int]) -> str:
    """A path as people read it: `items.0.name`."""
    return ".".join(str(part) for part in path)


def kind_of(value: JSON) -> str:
    """The type word of a value; a float is a number even when it is whole.

    Raises:
        TypeError: it is not plain data.
    """
    known = _KINDS.get(type(value))
    if known is not None:
        return known
    for python_type, kind in _KINDS.items():
        if isinstance(value, python_type):
            return kind
    raise TypeError(f"{type(value).__name__} is not plain data")


def kinds_of(schema: Schema) -> frozenset[str] | None:
    """The types that a schema lets through, or None when it does not say."""
    said = schema.get("type")
    if isinstance(said, str):
        return _ALONE.get(said) or frozenset({said})
    if said is not None:
        return frozenset(said)
    if "oneOf" in schema:
        return frozenset({"object"})
    chosen = choices_of(schema)
    return None if chosen is None else frozenset(kind_of(value) for value in chosen)


def choices_of(schema: Schema) -> tuple[JSON, ...] | None:
    """The values of `const` or `enum`, or None when the schema has neither."""
    if "const" in schema:
        return (schema["const"],)
    return tuple(schema["enum"]) if "enum" in schema else None


def is_among(value: JSON, choices: Iterable[JSON]) -> bool:
    """Whether a scalar equals one of some: `1` equals `1.0` but not `true`."""
    return any(value == choice and isinstance(value, bool) == isinstance(choice, bool) for choice in choices)


def discriminator_of(branches: Iterable[Schema]) -> str | None:
    """The field whose `const` tells the records of a `oneOf` apart, or None when there is none."""
    listed = list(branches)
    if not listed:
        return None
    for name, first in listed[0].get("properties", {}).items():
        if "const" not in first:
            continue
        values: list[JSON] = []
        for branch in listed:
            field = branch.get("properties", {}).get(name, {})
            if "const" not in field or name not in branch.get("required", ()) or is_among(field["const"], values):
                break
            values.append(field["const"])
        else:
            return str(name)
    return None


def branch_of(schema: Schema, value: JSON) -> Schema | None:
    """The record of a `oneOf` that a value says it is, or None when it says none of them."""
    field = discriminator_of(schema["oneOf"])
    if field is None or not isinstance(value, dict) or field not in value:
        return None
    for branch in schema["oneOf"]:
        if is_among(value[field], (branch["properties"][field]["const"],)):
            found: Schema = branch
            return found
    return None


def describe(schema: Schema) -> str:
    """A schema in a few words: `a text (email)`, `one of "a", "b"`, `a list of records`."""
    kinds = kinds_of(schema)
    if kinds is None:
        return "anything"
    chosen = choices_of(schema)
    if chosen is not None:
        shown = ", ".join(_quoted(value) for value in chosen[:5]) + (", …" if len(chosen) > 5 else "")
        return shown if len(chosen) == 1 else f"one of {shown}"
    words = " or ".join(IN_WORDS[kind] for kind in sorted(kinds - {"null"})) or IN_WORDS["null"]
    if "format" in schema:
        words += f" ({schema['format']})"
    return f"{words} or nothing (null)" if "null" in kinds and len(kinds) > 1 else words


def _quoted(value: JSON) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    return (
        {None: "null", True: "true", False: "false"}[value]
        if value is None or value is True or value is False
        else str(value)
    )
