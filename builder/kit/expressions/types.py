"""What a checked expression gives, as a schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder.kit.expressions.records import Records, Sign
from builder.kit.expressions.tree import Checked, Part, path_of
from builder.kit.expressions.wire import read_fields
from builder.kit.shapes import Schema, at_path

_PRIMITIVES: dict[Any, str] = {1: "boolean", 2: "integer", 3: "integer", 4: "number", 5: "string"}
_SCALARS = {"bool": "boolean", "int": "integer", "double": "number", "string": "string"}


class UnsayableError(Exception):
    """The type is none that plain data has; the text says what it is."""

    def __init__(self, what: str, way_out: str = "Write string(…) around it.") -> None:
        super().__init__(what)
        self.way_out = way_out


def schema_of_part(part: Part, checked: Checked, names: Mapping[str, Schema], records: Records) -> Schema:
    """The schema of what an expression gives: of a plain path the exact one, of a record written out its fields.

    Raises:
        UnsayableError: it gives a moment, bytes, an optional value: nothing that plain data has.
    """
    path = path_of(part)
    if path is not None and path[0] in names and part.kind in {"ident", "select"} and not part.value:
        exact = at_path(names[path[0]], path[1:])
        if exact:
            return exact
    return _of_made(part, checked, names, records) or _schema_of_type(checked.type_of(part), records)


def _of_made(part: Part, checked: Checked, names: Mapping[str, Schema], records: Records) -> Schema | None:
    """The schema of what an expression makes or chooses, more exact than its type; None where it is not."""
    if part.kind == "map" and all(key.kind == "const" and isinstance(key.value, str) for key in part.parts[::2]):
        fields = {
            key.value: schema_of_part(value, checked, names, records)
            for key, value in zip(part.parts[::2], part.parts[1::2], strict=True)
        }
        return {"type": "object", "properties": fields, "required": sorted(fields), "additionalProperties": False}
    if part.kind == "list" and part.parts:
        return _list_of(*(schema_of_part(one, checked, names, records) for one in part.parts))
    if part.kind == "call" and part.name == "_?_:_":
        one, other = (schema_of_part(branch, checked, names, records) for branch in part.parts[1:])
        return one if one == other else None
    if part.kind == "select" and not part.value:
        record = _of_made(part.parts[0], checked, names, records)
        return at_path(record, (part.name,)) if record else None
    if part.kind == "call" and part.name == "_[_]":
        items: Schema = schema_of_part(part.parts[0], checked, names, records).get("items", {})
        return items or None
    made = item_made(part)
    if made is not None:
        source = schema_of_part(part.parts[0], checked, names, records)
        inside = {**names, part.name: source.get("items", {})}
        return _list_of(schema_of_part(made, checked, inside, records))
    return None


def item_made(part: Part) -> Part | None:
    """Of a comprehension that makes a list (`map`, `filter`): the part that makes one item; else None."""
    if part.kind != "fold":
        return None
    step = part.parts[3]
    if step.kind == "call" and step.name == "_?_:_":
        step = step.parts[1]
    if step.kind == "call" and step.name == "_+_" and step.parts[0].kind == "ident" and step.parts[1].kind == "list":
        return step.parts[1].parts[0] if step.parts[0].name == part.value else None
    return None


def _list_of(*items: Schema) -> Schema | None:
    if not items[0] or any(item != items[0] for item in items):
        return None
    return {"type": "array", "items": items[0]}


def _schema_of_type(kind: bytes, records: Records) -> Schema:
    for field, value in read_fields(kind):
        if field == 2:  # null
            return {"type": "null"}
        if field in {3, 4}:
            word = _PRIMITIVES.get(value)
            if word is None:
                raise UnsayableError("bytes")
            return {"type": word} if field == 3 else {"type": [word, "null"]}
        if field == 5 and value in {2, 3}:
            raise UnsayableError("a moment" if value == 2 else "a duration")
        if field == 11:
            raise UnsayableError("a type")
        if field == 14:
            raise UnsayableError("an optional value", "Add `.orValue(…)`: what it is when there is nothing.")
        if isinstance(value, bytes):
            return _schema_of_compound(field, value, records)
    return {}


def _schema_of_compound(field: int, value: bytes, records: Records) -> Schema:
    if field == 6:
        items = _schema_of_type(_first(value, 1), records)
        return _list_of(items) or {"type": "array"}
    if field == 7:
        others = _schema_of_type(_first(value, 2), records)
        return {"type": "object", "additionalProperties": others or True}
    return _schema_of_sign(records.sign_named(value.decode())) if field == 9 else {}


def _first(data: bytes, number: int) -> bytes:
    return next((value for field, value in read_fields(data) if field == number and isinstance(value, bytes)), b"")


def _schema_of_sign(sign: Sign) -> Schema:
    if sign.word in _SCALARS:
        return {"type": _SCALARS[sign.word]}
    if sign.word == "maybe":
        return {"type": [_SCALARS[sign.of[0].word], "null"]}
    if sign.word == "list":
        items = _schema_of_sign(sign.of[0])
        return _list_of(items) or {"type": "array"}
    if sign.word != "record":
        return {}
    fields = {name: _schema_of_sign(kind) for name, kind in zip(sign.names, sign.of, strict=True)}
    return {"type": "object", "properties": fields}
