"""A Mark is a config field that its type declares to be more than a constant: an expression, a template, a name.

Marks are read once per Config from its JSON Schema, where the SDK's annotations leave `x-expression`, `x-template`,
`x-connection` and `x-credential`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from pydantic import BaseModel

ANY = "*"
"""In a mark's path: every item of a list, or every field of a record."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One marked field.

    Attributes:
        path: where it stands in a config (`("cases", "*", "when")`).
        way: what the text is.
        scope: for an expression or a template, the names that it may read.
        returns: for an expression, what it must give.
        kinds: for a credential's name, the kinds that will do.
    """

    path: tuple[str, ...]
    way: Literal["expr", "template", "connection", "credential"]
    scope: str = ""
    returns: str = "any"
    kinds: tuple[str, ...] = ()


@lru_cache(maxsize=512)
def marks_of(config: type[BaseModel]) -> tuple[Mark, ...]:
    """Every marked field of a Config, in the order of its schema, each once."""
    schema = config.model_json_schema()
    return tuple(dict.fromkeys(_marks_in(schema, schema.get("$defs", {}), (), frozenset())))


def _marks_in(
    schema: Mapping[str, Any], defs: Mapping[str, Any], path: tuple[str, ...], seen: frozenset[str]
) -> Iterator[Mark]:
    if "x-expression" in schema:
        said = schema["x-expression"]
        yield Mark(path, "expr", said["scope"], said["returns"])
    if "x-template" in schema:
        yield Mark(path, "template", schema["x-template"]["scope"])
    if "x-connection" in schema:
        yield Mark(path, "connection")
    if "x-credential" in schema:
        yield Mark(path, "credential", kinds=tuple(schema["x-credential"]))
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if name in defs and name not in seen:
        yield from _marks_in(defs[name], defs, path, seen | {name})
    for word in ("anyOf", "oneOf", "allOf"):
        for part in schema.get(word, ()):
            yield from _marks_in(part, defs, path, seen)
    for field, part in schema.get("properties", {}).items():
        yield from _marks_in(part, defs, (*path, field), seen)
    for word in ("items", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            yield from _marks_in(schema[word], defs, (*path, ANY), seen)


def texts_at(value: Any, path: tuple[str, ...], said: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Every text that a config holds at a mark's path, as (dotted path, text)."""
    if not path:
        if isinstance(value, str):
            yield ".".join(said), value
        return
    step, rest = path[0], path[1:]
    if isinstance(value, Mapping):
        for name in value if step == ANY else (step,):
            if name in value:
                yield from texts_at(value[name], rest, (*said, str(name)))
    elif isinstance(value, list | tuple) and step == ANY:
        for position, item in enumerate(value):
            yield from texts_at(item, rest, (*said, str(position)))
