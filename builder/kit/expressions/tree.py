"""A checked expression as a tree, read from its serialised form, and what can be told from the tree alone."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from builder.kit.expressions.wire import read_fields, write_varint


@dataclass(frozen=True, slots=True)
class Part:
    """One node of the tree.

    Attributes:
        kind: `const`, `ident`, `select`, `call`, `list`, `map`, `struct` or `fold` (a comprehension).
        id: its number in the checker's tables of types and positions.
        name: of the identifier, field, function, record or iteration variable.
        value: of a constant; for `select` whether it only asks for presence; for `fold` its accumulator's name.
        parts: operands; for a call target first; for a map key, value, key, value …; for a fold range, start,
            condition, step and result.
    """

    kind: str
    id: int
    name: str = ""
    value: Any = None
    parts: tuple[Part, ...] = ()


class Checked:
    """What the checker says of an expression. Its tables are read when they are asked for.

    Attributes:
        tree: the expression.
    """

    def __init__(self, tree: Part, types: list[bytes], source: bytes) -> None:
        self.tree = tree
        self._types = types
        self._source = source

    def type_of(self, part: Part) -> bytes:
        """A part's type, still serialised (see `types`)."""
        begin = b"\x08" + write_varint(part.id) + b"\x12"  # an entry of the table: field 1 the id, field 2 the type
        entry = next((entry for entry in self._types if entry.startswith(begin)), b"")
        return _bytes(_fields(entry), 2)

    def offset_of(self, part: Part) -> int | None:
        """Where a part begins in the checked source, in code points."""
        return self._offsets.get(part.id)

    @cached_property
    def _offsets(self) -> dict[int, int]:
        entries = (
            _fields(value) for field, value in read_fields(self._source) if field == 4 and isinstance(value, bytes)
        )
        return {_int(entry, 1): _int(entry, 2) for entry in entries}


class UnmatchedError(Exception):
    """What was put around the source is not what stands outermost in the tree: the source closed a bracket of it."""


def read_checked(serialised: bytes, binds: int) -> Checked:
    """Reads what `Expression.serialize()` gives for a checked expression.

    Args:
        serialised: the bytes.
        binds: how many `cel.bind` stand around the author's source; the tree is what stands in them.

    Raises:
        UnmatchedError: see there.
    """
    content = _bytes(_fields(serialised), 2)
    types: list[bytes] = []
    tree = source = b""
    for field, value in read_fields(content):
        if isinstance(value, bytes):
            if field == 3:
                types.append(value)
            elif field == 4:
                tree = value
            elif field == 5:
                source = value
    for _ in range(binds):
        bind = _fields(_bytes(_fields(tree), 9))
        collection = _fields(_bytes(bind, 2))
        if 7 not in collection or _bytes(collection, 7):
            raise UnmatchedError
        tree = _bytes(bind, 7)
    return Checked(_part(tree), types, source)


def read_parsed(serialised: bytes) -> Checked:
    """Reads what `Expression.serialize()` gives for an expression that was only parsed; no types are known."""
    content = _fields(_bytes(_fields(serialised), 2))
    return Checked(_part(_bytes(content, 2)), [], _bytes(content, 3))


_Fields: TypeAlias = dict[int, list[int | bytes]]


def _fields(data: bytes) -> _Fields:
    found: _Fields = {}
    for field, value in read_fields(data):
        found.setdefault(field, []).append(value)
    return found


def _bytes(fields: _Fields, number: int) -> bytes:
    value = fields[number][0] if number in fields else b""
    if isinstance(value, int):
        raise TypeError(f"field {number} is a number")
    return value


def _int(fields: _Fields, number: int) -> int:
    value = fields[number][0] if number in fields else 0
    if isinstance(value, bytes):
        raise TypeError(f"field {number} is not a number")
    return value


def _parts(fields: _Fields, number: int) -> tuple[Part, ...]:
    return tuple(_part(value) for value in fields.get(number, ()) if isinstance(value, bytes))


def _part(data: bytes) -> Part:
    outer = _fields(data)
    number = _int(outer, 2)
    kind = next((field for field in outer if field != 2), 0)
    fields = _fields(_bytes(outer, kind))
    if kind == 3:
        return Part("const", number, value=_constant(fields))
    if kind == 4:
        return Part("ident", number, name=_bytes(fields, 1).decode())
    if kind == 5:
        return Part("select", number, _bytes(fields, 2).decode(), _int(fields, 3) == 1, _parts(fields, 1))
    if kind == 6:
        parts = _parts(fields, 1) + _parts(fields, 3)
        return Part("call", number, _bytes(fields, 2).decode(), 1 in fields, parts)
    if kind == 7:
        return Part("list", number, parts=_parts(fields, 1))
    if kind == 8:
        return _map(number, fields)
    if kind == 9:
        parts = tuple(_part(_bytes(fields, field)) for field in (2, 4, 5, 6, 7))
        return Part("fold", number, _bytes(fields, 1).decode(), _bytes(fields, 3).decode(), parts)
    raise ValueError(f"expression kind {kind} is not known")


def _constant(fields: _Fields) -> Any:
    if 2 in fields:
        return _int(fields, 2) == 1
    if 3 in fields:
        value = _int(fields, 3)
        return value - (1 << 64) if value >> 63 else value
    if 4 in fields:
        return _int(fields, 4)
    if 5 in fields:
        return struct.unpack("<d", _bytes(fields, 5))[0]
    if 6 in fields:
        return _bytes(fields, 6).decode()
    return _bytes(fields, 7) if 7 in fields else None


def _map(number: int, fields: _Fields) -> Part:
    name = _bytes(fields, 1).decode()
    parts: list[Part] = []
    for value in fields.get(2, ()):
        entry = _fields(value) if isinstance(value, bytes) else {}
        key = Part("const", 0, value=_bytes(entry, 2).decode()) if 2 in entry else _part(_bytes(entry, 3))
        parts += [key, *_parts(entry, 4)]
    return Part("struct" if name else "map", number, name=name, parts=tuple(parts))


def walk(part: Part) -> Iterator[Part]:
    """The part and everything in it."""
    yield part
    for inner in part.parts:
        yield from walk(inner)


def path_of(part: Part) -> tuple[str, ...] | None:
    """`claim.items` or `claim['items']` as its names; None when it is not such a path."""
    if part.kind == "ident":
        return (part.name,)
    if part.kind == "select":
        inner = path_of(part.parts[0])
        return None if inner is None else (*inner, part.name)
    if part.kind == "call" and part.name in {"_[_]", "_?._", "_[?_]"} and part.parts[1].kind == "const":
        key = part.parts[1].value
        inner = path_of(part.parts[0]) if isinstance(key, str) else None
        return None if inner is None else (*inner, key)
    return None


def reads_of(part: Part, bound: frozenset[str] = frozenset()) -> Iterator[tuple[str, ...]]:
    """The paths that an expression reads, variables of its own comprehensions left out; some may come twice."""
    path = path_of(part)
    if path is not None:
        if path[0] not in bound:
            yield path
        return
    if part.kind == "fold":
        inside = bound | {part.name, part.value}
        yield from reads_of(part.parts[0], bound)
        yield from reads_of(part.parts[1], bound)
        for inner in part.parts[2:]:
            yield from reads_of(inner, inside)
        return
    for inner in part.parts:
        yield from reads_of(inner, bound)
