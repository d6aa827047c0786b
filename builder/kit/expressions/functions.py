"""The functions and operators an expression may use: a closed list, and two of our own, `json` and `join`."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cel_expr_python import cel

OPERATORS = {
    "_&&_": "&&", "_||_": "||", "!_": "!", "-_": "-", "_+_": "+", "_-_": "-", "_*_": "*", "_/_": "/", "_%_": "%",
    "_==_": "==", "_!=_": "!=", "_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">=", "@in": "in", "_?_:_": "? :",
    "_[_]": "[ ]", "_?._": ".?", "_[?_]": "[? ]",
}  # fmt: skip
"""Operator → how it is written."""

PLAIN = frozenset(OPERATORS) | {
    "@not_strictly_false", "size", "contains", "startsWith", "endsWith", "matches", "int", "uint", "double",
    "string", "bool", "dyn", "timestamp", "duration", "charAt", "indexOf", "lastIndexOf", "join", "json",
    "lowerAscii", "upperAscii", "split", "substring", "trim", "reverse", "format", "strings.quote", "math.@max",
    "math.@min", "math.ceil", "math.floor", "math.round", "math.trunc", "math.abs", "math.sign", "math.sqrt",
    "math.isNaN", "math.isInf", "math.isFinite", "optional.of", "optional.none", "optional.ofNonZeroValue",
    "hasValue", "value", "or", "orValue",
}  # fmt: skip
"""What may be called."""

CALENDAR = {
    "getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getHours", "getMinutes",
    "getSeconds", "getMilliseconds",
}  # fmt: skip
"""What may be asked of a moment, with a named time zone or none."""

TIME_ZONE = re.compile(r"[A-Z][A-Za-z_]{1,30}(/[A-Z][A-Za-z_]{1,30}){0,2}|[+-][0-9]{2}:[0-9]{2}")

BUILDING = frozenset({"_+_", "join", "json", "format", "string", "split", "reverse", "strings.quote"})
"""What makes a text or list that may be longer than what it was made of."""


def print_scalar(value: Any) -> str:
    """A scalar as people write it: no decimals on a whole number, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(_number(value)) if isinstance(value, float) else str(value)


def as_json(value: Any) -> str:
    """A value as JSON on one line, keys sorted (the library keeps no order), numbers printed as in a text."""
    return json.dumps(_plain(value), ensure_ascii=False, allow_nan=False, sort_keys=True)


def join_items(items: list[Any], separator: str = ", ") -> str:
    """The items as one text; a list or record among them is written as JSON."""
    return separator.join(as_json(item) if isinstance(item, list | dict) else print_scalar(item) for item in items)


def _number(value: float) -> int | float:
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return _number(value) if isinstance(value, float) else value


def declare_json(*, typed: bool) -> cel.FunctionDecl:
    """The declaration of `json(x)`.

    Args:
        typed: for the checker one overload takes anything; at run time dispatch needs one for each kind of value.
    """
    from cel_expr_python import cel  # heavy: loaded on first use

    kinds = cel.Type
    listed, mapped = kinds.List(kinds.DYN), kinds.Map(kinds.DYN, kinds.DYN)
    each = [kinds.NULL, kinds.BOOL, kinds.INT, kinds.UINT, kinds.DOUBLE, kinds.STRING, listed, mapped]
    taken = [kinds.DYN] if typed else each
    return cel.FunctionDecl(
        "json", [cel.Overload(f"json_{n}", kinds.STRING, [one], False, as_json) for n, one in enumerate(taken)]
    )


def extend_join() -> cel.CelExtension:
    """`join(list)` and `join(list, separator)`: an extension, because the strings' one declares the name first."""
    from cel_expr_python import cel  # heavy: loaded on first use

    listed, text = cel.Type.List(cel.Type.DYN), cel.Type.STRING
    overloads = [
        cel.Overload("join_list", text, [listed], False, join_items),
        cel.Overload("join_list_text", text, [listed, text], False, join_items),
    ]
    return cel.CelExtension("handrail", [cel.FunctionDecl("join", overloads)])
