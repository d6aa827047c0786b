"""How much work an expression can be over the values at hand, before it is run.

The library stops after 10,000 iterations, which bounds neither memory nor time: `items.map(i, text)` over 10,000 items
and a text of a megabyte would be ten gigabytes. So each part's size is bounded from the sizes of what it reads.
A unit is about a nanosecond, or a byte.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from builder.kit.expressions.functions import BUILDING
from builder.kit.expressions.tree import Part, path_of
from builder.kit.expressions.types import item_made
from builder.kit.shapes import JSON

MAX_WORK = 100_000_000
MAX_RESULT = 1_000_000
_ITERATIONS = 10_000
_COPY = 25
"""Units per element and element: a comprehension that makes a list copies what it has for every item."""
_CALL = 200
_HANDING_ON = {
    "lowerAscii", "upperAscii", "trim", "substring", "or", "orValue", "value", "dyn", "optional.of",
    "optional.ofNonZeroValue",
}  # fmt: skip
"""What gives a value about as large as what it takes."""


class Size(NamedTuple):
    """Upper bounds: of a whole value, of how many items it has, of the largest of these."""

    total: float
    items: float
    largest: float


_SCALAR = Size(2, 1, 1)


def weigh(value: JSON) -> Size:
    """The size of a value at hand."""
    if isinstance(value, str):
        return Size(len(value) + 1, len(value) + 1, 1)
    if isinstance(value, list | dict):
        items = value if isinstance(value, list) else value.values()
        sizes = [_length(item) for item in items]
        names = 0 if isinstance(value, list) else sum(map(len, value))
        return Size(sum(sizes) + len(sizes) + names, len(sizes), max([*sizes, names, 1]))
    return _SCALAR


def _length(value: JSON) -> int:
    if isinstance(value, str):
        return len(value) + 1
    return len(json.dumps(value, ensure_ascii=False)) if isinstance(value, list | dict) else 2


def work_of(tree: Part, sizes: Mapping[tuple[str, ...], Size]) -> tuple[float, float]:
    """Upper bounds of the work of an expression and of the size of its result.

    Args:
        tree: the expression.
        sizes: for each path that it reads, the size of what is there.
    """
    count = _Count(sizes)
    result = count.visit(tree, {}, 1)
    return count.work, result.total


class _Count:
    """Adds up the work of one evaluation."""

    def __init__(self, sizes: Mapping[tuple[str, ...], Size]) -> None:
        self.sizes = sizes
        self.work = 0.0

    def visit(self, part: Part, bound: Mapping[str, Size], times: float) -> Size:
        """The size of what a part gives, when it is run so many times."""
        self.work += times
        path = path_of(part)
        if path is not None and path[0] not in bound:
            return _SCALAR if part.value is True and part.kind == "select" else self.sizes.get(path, _SCALAR)
        if part.kind == "const":
            return weigh(part.value)
        if part.kind == "ident":
            return bound[part.name]
        if part.kind == "fold":
            return self._fold(part, bound, times)
        inner = [self.visit(one, bound, times) for one in part.parts]
        if part.kind == "select":
            return _inside(inner[0].total)
        if part.kind in {"list", "map"}:
            self.work += times * len(inner)
            return Size(sum(one.total + 1 for one in inner), len(inner), max((one.total for one in inner), default=1))
        return self._call(part.name, inner, times)

    def _call(self, name: str, inner: list[Size], times: float) -> Size:
        total = sum(one.total for one in inner)
        if name == "_?_:_":
            return Size(*map(max, inner[1], inner[2]))
        if name in {"_[_]", "_?._", "_[?_]"}:
            return _inside(inner[0].largest if name == "_[_]" else inner[0].total)
        if name in {"_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_"}:
            self.work += times * min(one.total for one in inner)
            return _SCALAR
        if name in {"_&&_", "_||_", "!_", "@not_strictly_false"}:
            return _SCALAR
        made = Size(total, sum(one.items for one in inner), max((one.largest for one in inner), default=1))
        if name in {"join", "json", "format", "string", "strings.quote"}:
            between = inner[-1].total * inner[0].items if name == "join" else 0
            widths = 500 * inner[0].total if name == "format" else 0
            made = _inside(6 * total + between + widths + 50)
        elif name == "split":
            made = Size(10 * total, total, total)
        elif name not in BUILDING | _HANDING_ON:
            made = _SCALAR
        # A pattern is compiled anew at each call.
        self.work += times * (total + made.total + (_CALL * 100 if name == "matches" else _CALL))
        return made

    def _fold(self, part: Part, bound: Mapping[str, Size], times: float) -> Size:
        collection = self.visit(part.parts[0], bound, times)
        count = min(collection.items, _ITERATIONS)
        # The library counts all iterations of one evaluation together.
        rounds = min(times * count, max(_ITERATIONS, times))
        inside = {**bound, part.name: _inside(collection.largest), part.value: _SCALAR}
        made = item_made(part)
        if made is None:
            self.visit(part.parts[3], inside, rounds)
            return _SCALAR
        step = part.parts[3]
        if step.name == "_?_:_":
            self.visit(step.parts[0], inside, rounds)
        item = self.visit(made, inside, rounds)
        self.work += times * _COPY * count * count
        return Size(count * (item.total + 1), count, item.total)


def _inside(total: float) -> Size:
    return Size(total, total, total)
