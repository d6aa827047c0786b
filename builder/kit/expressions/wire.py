"""The few bytes of protobuf's wire format that are needed: to read a checked expression, to describe a record.

Written here because there is no other way to read the tree, and the generated module that could describe a record costs
0.07 seconds at the first expression.
"""

from __future__ import annotations

from collections.abc import Iterator


def read_fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Each field of a message as (number, value): an int for a varint, bytes for everything else."""
    position, end = 0, len(data)
    while position < end:
        key, position = data[position], position + 1
        if key > 127:
            key, position = _read_varint(data, position - 1)
        kind = key & 7
        if kind == 0:
            value, position = _read_varint(data, position)
            yield key >> 3, value
            continue
        if kind == 2:
            size, position = data[position], position + 1
            if size > 127:
                size, position = _read_varint(data, position - 1)
        elif kind in {1, 5}:
            size = 8 if kind == 1 else 4
        else:
            raise ValueError(f"wire type {kind} is not used here")
        yield key >> 3, data[position : position + size]
        position += size


def _read_varint(data: bytes, position: int) -> tuple[int, int]:
    byte = data[position]
    if byte < 128:
        return byte, position + 1
    value, shift = byte & 127, 7
    while True:
        position += 1
        byte = data[position]
        value |= (byte & 127) << shift
        if byte < 128:
            return value, position + 1
        shift += 7


def write_int(field: int, value: int) -> bytes:
    """A field that holds a number, 0 or more."""
    return write_varint(field << 3) + write_varint(value)


def write_bytes(field: int, value: bytes | str) -> bytes:
    """A field that holds a text or a message."""
    content = value.encode() if isinstance(value, str) else value
    return write_varint(field << 3 | 2) + write_varint(len(content)) + content


def write_varint(number: int) -> bytes:
    """A number, 0 or more, in as few bytes as it needs."""
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)
