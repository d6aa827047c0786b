"""A checked expression as a tree, read from its serialised form, and what can be told from the tree alone."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from builder.kit.expressions.wire import read_fields


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


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checker says of an expression.

    Attributes:
        tree: the expression.
        types: part id → its type, still serialised (see `types`).
        positions: part id → offset in the checked source, in code points.
    """

    tree: Part
    types: Mapping[int, bytes]
    positions: Mapping[int, int]


def read_checked(serialised: bytes) -> Checked:
    """Reads what `Expression.serialize()` gives for a checked expression."""
    content = next(value for field, value in read_fields(serialised) if field == 2)
    types: dict[int, bytes] = {}
    positions: dict[int, int] = {}
    tree: Part | None = None
    for field, value in read_fields(_message(content)):
        if field == 3:
            number, kind = _entry(value)
            types[number] = _message(kind)
        elif field == 4:
            tree = _part(_message(value))
        elif field == 5:
            for inner, place in read_fields(_message(value)):
                if inner == 4:
                    number, offset = _entry(place)
                    positions[number] = int.from_bytes(offset) if isinstance(offset, bytes) else offset
    if tree is None:
        raise ValueError("the serialised expression is empty")
    return Checked(tree, types, positions)


def _message(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise TypeError("a message was expected")
    return value


def _entry(value: int | bytes) -> tuple[int, int | bytes]:
    key: int = 0
    content: int | bytes = 0
    for field, inner in read_fields(_message(value)):
        if field == 1 and isinstance(inner, int):
            key = inner
        elif field == 2:
            content = inner
    return key, content


def _part(data: bytes) -> Part:
    number, kind, content = 0, 0, b""
    for field, value in read_fields(data):
        if field == 2 and isinstance(value, int):
            number = value
        elif isinstance(value, bytes):
            kind, content = field, value
    fields = list(read_fields(content))
    if kind == 3:
        return Part("const", number, value=_constant(fields))
    if kind == 4:
        return Part("ident", number, name=_text(fields, 1))
    if kind == 5:
        operand = _part(_one(fields, 1))
        return Part("select", number, name=_text(fields, 2), value=_has(fields, 3), parts=(operand,))
    if kind == 6:
        parts = tuple(_part(_message(value)) for field, value in fields if field == 1)
        parts += tuple(_part(_message(value)) for field, value in fields if field == 3)
        return Part("call", number, name=_text(fields, 2), value=_has(fields, 1), parts=parts)
    if kind == 7:
        return Part("list", number, parts=tuple(_part(_message(value)) for field, value in fields if field == 1))
    if kind == 8:
        return _map(number, fields)
    if kind == 9:
        parts = tuple(_part(_one(fields, field)) for field in (2, 4, 5, 6, 7))
        return Part("fold", number, name=_text(fields, 1), value=_text(fields, 3), parts=parts)
    raise ValueError(f"expression kind {kind} is not known")


def _one(fields: list[tuple[int, int | bytes]], number: int) -> bytes:
    return next((_message(value) for field, value in fields if field == number), b"")


def _text(fields: list[tuple[int, int | bytes]], number: int) -> str:
    return _one(fields, number).decode()


def _has(fields: list[tuple[int, int | bytes]], number: int) -> bool:
    return any(field == number for field, _ in fields)


def _constant(fields: list[tuple[int, int | bytes]]) -> Any:
    if not fields:
        return None
    field, value = fields[-1]
    if field == 2:
        return bool(value)
    if isinstance(value, bytes):
        if field == 5:
            return struct.unpack("<d", value)[0]
        return value.decode() if field == 6 else value
    if field == 3:
        return value - (1 << 64) if value >> 63 else value
    return value if field == 4 else None


def _map(number: int, fields: list[tuple[int, int | bytes]]) -> Part:
    name = _text(fields, 1)
    parts: list[Part] = []
    for field, value in fields:
        if field == 2:
            entry = list(read_fields(_message(value)))
            key = Part("const", 0, value=_text(entry, 2)) if _has(entry, 2) else _part(_one(entry, 3))
            parts += [key, _part(_one(entry, 4))]
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
