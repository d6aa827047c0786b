"""One form for every value before it is judged, stored or handed on."""

from __future__ import annotations

import math

from builder.kit.shapes.words import INTEGERS, JSON, MAX_DEPTH, Path, Schema, ShapeError, branch_of, kinds_of

ANYTHING: Schema = {}


def normalise(value: JSON, schema: Schema) -> JSON:
    """The value in its one form under a schema; a new value, the old one stays.

    A number becomes a float and a whole float in an integer field an int; a closed record loses the fields that it does
    not name; a missing field takes its `default`. What has the wrong type stays as it is, for `validate` to tell.
    Doing it twice changes nothing.

    Raises:
        ShapeError: NUL or half a surrogate pair in a text (they would be cut, or could not be stored), NaN, infinity,
            an integer beyond 64 bits, nesting deeper than 64, a key that is not a text, or an object of the program.
    """
    return _normalise(value, schema, ())


def _normalise(value: JSON, schema: Schema, path: Path) -> JSON:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, path)
    if isinstance(value, int | float):
        return _number(value, kinds_of(schema) or frozenset(), path)
    if len(path) >= MAX_DEPTH:
        raise ShapeError(f"The value nests deeper than {MAX_DEPTH} levels.", path[:3])
    if isinstance(value, list):
        items = schema.get("items", ANYTHING)
        return [_normalise(item, items, (*path, position)) for position, item in enumerate(value)]
    if isinstance(value, dict):
        return _record(value, schema, path)
    raise ShapeError(f"A value of type {type(value).__name__} is not plain data.", path)


def _text(value: str, path: Path) -> str:
    if "\x00" in value:
        raise ShapeError("A text with a NUL character cannot be used.", path)
    if not str.isascii(value):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ShapeError("A text with half a surrogate pair is not valid Unicode.", path) from None
    return str.__str__(value)


def _number(value: float, kinds: frozenset[str], path: Path) -> int | float:
    if isinstance(value, int):
        if value not in INTEGERS:
            raise ShapeError("A whole number must fit into 64 bits.", path)
        return float(value) if "number" in kinds else int(value)
    if not math.isfinite(value):
        raise ShapeError("NaN and infinity are not numbers that can be used.", path)
    if "integer" in kinds and "number" not in kinds and value.is_integer() and int(value) in INTEGERS:
        return int(value)
    return float(value)


def _record(value: dict[str, JSON], schema: Schema, path: Path) -> dict[str, JSON]:
    if "oneOf" in schema:
        schema = branch_of(schema, value) or ANYTHING
    properties = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    record: dict[str, JSON] = {}
    for name, item in value.items():
        if not isinstance(name, str):
            raise ShapeError(f"The key {name!r} is not a text.", path)
        if name in properties:
            record[_text(name, path)] = _normalise(item, properties[name], (*path, name))
        elif others is not False:
            record[_text(name, path)] = _normalise(item, ANYTHING if others is True else others, (*path, name))
    for name, field in properties.items():
        if name not in record and "default" in field:
            record[name] = _normalise(field["default"], field, (*path, name))
    return record
