"""Plain data as YAML that people like to read: blocks, one field a line, long texts as they are."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

_PLAIN = re.compile(r"[^\W\d_](?:[^\n:#]|:(?=[^ ])|(?<=[^ ])#)*")
_RESERVED = {"null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf", "infinity"}
"""Words that some reader of YAML takes for more than a text."""
_LONGEST_KEY = 500


def write_yaml(value: Any) -> str:
    """Plain data as YAML; `read_document` gives the same data back, in the same order.

    Raises:
        ValueError: NaN or infinity.
        TypeError: it is not plain data.
    """
    return "\n".join(_lines(value)) + "\n"


def _lines(value: Any) -> list[str]:
    """The lines of a value that stands by itself."""
    if isinstance(value, dict) and value:
        return [line for key, item in value.items() for line in _field(key, item)]
    if isinstance(value, list) and value:
        return [line for item in value for line in _item(item)]
    return [_scalar(value)]


def _field(key: Any, value: Any) -> Iterator[str]:
    if not isinstance(key, str):
        raise TypeError(f"the key {key!r} is not a text")
    written = _text(key)
    begin = f"{written}:"
    if len(written) > _LONGEST_KEY:
        yield f"? {written}"
        begin = ":"
    if isinstance(value, dict | list) and value:
        yield begin
        yield from _indented(_lines(value))
    else:
        yield from _with_text(begin, value)


def _item(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list) and value:
        first, *rest = _lines(value)
        yield f"- {first}"
        yield from _indented(rest)
    else:
        yield from _with_text("-", value)


def _with_text(begin: str, value: Any) -> Iterator[str]:
    """A scalar behind a key or dash; a text of several lines as a literal block."""
    if not (isinstance(value, str) and _fits_block(value)):
        yield f"{begin} {_scalar(value)}"
        return
    body = value.rstrip("\n")
    ends = len(value) - len(body)
    yield f"{begin} |{'-' if ends == 0 else '' if ends == 1 else '+'}"
    yield from _indented(body.split("\n") + [""] * (ends - 1))


def _fits_block(text: str) -> bool:
    return (
        "\n" in text
        and text[0] not in " \n"
        and all(line.isprintable() and line == line.rstrip() for line in text.split("\n"))
    )


def _indented(lines: list[str]) -> Iterator[str]:
    return (f"  {line}" if line else "" for line in lines)


def _scalar(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("NaN and infinity cannot be written")
        text = repr(float(value))
        return text.replace("e", ".0e") if "e" in text and "." not in text else text
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict | list):
        return "{}" if isinstance(value, dict) else "[]"
    raise TypeError(f"{type(value).__name__} is not plain data")


def _text(text: str) -> str:
    plain = _PLAIN.fullmatch(text) and text.isprintable() and text[-1] not in " :" and text.lower() not in _RESERVED
    return text if plain else '"' + "".join(map(_escaped, text)) + '"'


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    if letter.isprintable():
        return letter
    code = ord(letter)
    short = {9: "\\t", 10: "\\n", 13: "\\r"}
    return short.get(code) or (f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
