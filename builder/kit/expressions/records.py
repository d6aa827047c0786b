"""From schemas to the record types that the static checker sees, described at run time.

A checked expression reads a root as field `v` of a wrapper record `_T.W<n>{}` (see `check`), because the checker looks
such names up when it meets them: one environment serves every schema. Values of these types are never made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from builder.kit.expressions.wire import write_bytes, write_int
from builder.kit.shapes import Schema


class Sign(NamedTuple):
    """What the checker may know of a schema.

    Attributes:
        word: `bool`, `int`, `double`, `string`, `dyn`, `maybe` (of a scalar), `list` or `record`.
        of: what it is made of: the scalar, the item, or the record's fields.
        names: of the record's fields.
    """

    word: str
    of: tuple[Sign, ...] = ()
    names: tuple[str, ...] = ()


DYN = Sign("dyn")

_SCALARS = {"boolean": "bool", "integer": "int", "number": "double", "string": "string"}
_NUMBERS = {"bool": 8, "int": 3, "double": 1, "string": 9}
_WRAPPERS = {"bool": "BoolValue", "int": "Int64Value", "double": "DoubleValue", "string": "StringValue"}
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_MOST_FIELDS = 1_000
_MESSAGE = 11
_ONE, _MANY = 1, 3


def freeze(schema: Schema) -> str:
    """A schema as a key: plain data that prints alike is alike. (`repr` is faster than JSON.)"""
    return repr(schema)


def sign_of(schema: Schema, *, surely: bool = True) -> Sign:
    """What the checker may know of a schema. What it cannot know is `dyn`: accepted here, checked when it runs.

    Args:
        schema: the schema.
        surely: whether the value is always there; an optional scalar may be compared with null.
    """
    said = schema.get("type")
    nullable = isinstance(said, list)
    kind = next((one for one in said if one != "null"), "null") if isinstance(said, list) else said
    if kind is None and ("const" in schema or "enum" in schema):
        kind = _kind_of_constants(schema)
    if kind in _SCALARS:
        scalar = Sign(_SCALARS[str(kind)])
        return scalar if surely and not nullable else Sign("maybe", (scalar,))
    if kind == "array" and not nullable:
        item = sign_of(schema.get("items", {}))
        return Sign("list", (DYN if item.word in {"list", "maybe"} else item,))
    return _record_sign(schema) if kind == "object" else DYN


def _kind_of_constants(schema: Schema) -> str | None:
    values = [schema["const"]] if "const" in schema else schema["enum"]
    words = {bool: "boolean", int: "integer", float: "number", str: "string"}
    kinds = {words.get(type(value), "null") for value in values}
    if kinds == {"integer", "number"}:
        return "number"
    return kinds.pop() if len(kinds) == 1 else None


def _record_sign(schema: Schema) -> Sign:
    fields = schema.get("properties") or {}
    if schema.get("additionalProperties", False) is not False or not 0 < len(fields) <= _MOST_FIELDS:
        return DYN
    if "oneOf" in schema or not all(_FIELD.fullmatch(name) for name in fields):
        return DYN
    required = schema.get("required", ())
    inner = tuple(sign_of(field, surely=name in required) for name, field in fields.items())
    return Sign("record", inner, tuple(fields))


@dataclass(frozen=True, slots=True)
class _File:
    """What the C++ side asks of a file: its serialised descriptor."""

    serialized_pb: bytes


class Records:
    """The records known so far. Answers as a descriptor pool does, so that the checker can ask for them by name."""

    def __init__(self) -> None:
        self._files: dict[str, _File] = {}
        self._names: dict[Sign, str] = {}
        self._signs: dict[str, Sign] = {}
        self._wrapped: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._wrapped)

    def FindFileContainingSymbol(self, symbol: str) -> _File:  # noqa: N802 - the name the C++ side calls
        """The file of a record, by the record's full name."""
        return self._files[symbol]

    def FindFileByName(self, name: str) -> _File:  # noqa: N802 - the name the C++ side calls
        """The file of a record, by the file's name."""
        return self._files[f"_T.{name}"]

    def wrap(self, schema: Schema) -> str:
        """The full name of the record whose field `v` is of a schema."""
        key = freeze(schema)
        if key not in self._wrapped:
            self._wrapped[key] = self._record(Sign("record", (sign_of(schema),), ("v",)))
        return self._wrapped[key]

    def fields_of(self, name: str) -> tuple[str, ...]:
        """The field names of a record, by its full name."""
        return self.sign_named(name).names

    def sign_named(self, name: str) -> Sign:
        """The sign of a record, by its full name."""
        return self._signs.get(name, DYN)

    def _record(self, sign: Sign) -> str:
        known = self._names.get(sign)
        if known is not None:
            return known
        name = f"R{len(self._files)}"
        self._files[f"_T.{name}"] = _File(b"")
        needs: set[str] = set()
        body = write_bytes(1, name)
        for number, (field, kind) in enumerate(zip(sign.names, sign.of, strict=True), start=1):
            body += write_bytes(2, self._field(field, number, kind, needs))
        body += write_bytes(7, write_int(11, 1))  # `a_b` beside `aB` is fine: deprecated_legacy_json_field_conflicts
        file = write_bytes(1, name) + write_bytes(2, "_T") + b"".join(write_bytes(3, need) for need in sorted(needs))
        self._files[f"_T.{name}"] = _File(file + write_bytes(4, body))
        self._names[sign] = f"_T.{name}"
        self._signs[f"_T.{name}"] = sign
        return f"_T.{name}"

    def _field(self, name: str, number: int, sign: Sign, needs: set[str]) -> bytes:
        label = _ONE
        if sign.word == "list":
            label, sign = _MANY, sign.of[0]
        kind, target = _MESSAGE, ""
        if sign.word in _NUMBERS:
            kind = _NUMBERS[sign.word]
        elif sign.word == "maybe":
            target = f".google.protobuf.{_WRAPPERS[sign.of[0].word]}"
            needs.add("google/protobuf/wrappers.proto")
        elif sign.word == "dyn":
            target = ".google.protobuf.Value"
            needs.add("google/protobuf/struct.proto")
        else:
            target = f".{self._record(sign)}"
            needs.add(target.removeprefix("._T."))
        field = write_bytes(1, name) + write_int(3, number) + write_int(4, label) + write_int(5, kind)
        return field + (write_bytes(6, target) if target else b"") + write_bytes(10, f"j{number}")
