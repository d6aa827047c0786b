"""Is this a schema that Handrail understands whole?"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from builder.kit.shapes.example import example_of
from builder.kit.shapes.formats import FORMATS
from builder.kit.shapes.validate import validate
from builder.kit.shapes.words import (
    ANNOTATIONS,
    IN_WORDS,
    INTEGERS,
    MAX_DEPTH,
    TYPES,
    WORDS_OF,
    Path,
    Problem,
    Schema,
    ShapeError,
    discriminator_of,
    kind_of,
    kinds_of,
)

_INSTEAD = {
    "$ref": "Write the schema out where it is used.",
    "$defs": "Write the schema out where it is used.",
    "definitions": "Write the schema out where it is used.",
    "pattern": "Use `format`, `enum` or a bound; a rule can check the rest.",
    "patternProperties": "Use `additionalProperties` with a schema.",
    "propertyNames": "Use `additionalProperties` with a schema.",
    "allOf": "Write one record with all the fields.",
    "anyOf": "Use `type: [T, null]` for what may be empty, or `oneOf` records told apart by a `const` field.",
    "not": "Say what may stand here, with `enum` or bounds.",
    "if": "Use `oneOf` records told apart by a `const` field.",
    "then": "Use `oneOf` records told apart by a `const` field.",
    "else": "Use `oneOf` records told apart by a `const` field.",
    "dependentRequired": "Use `oneOf` records told apart by a `const` field.",
    "prefixItems": "Use a record with named fields.",
    "contains": "Use `items` and the bounds.",
    "uniqueItems": "A step can remove what is double.",
    "multipleOf": "Use `type: integer` or bounds.",
    "nullable": "Use `type: [T, null]`.",
    "examples": "Use `default` or the description.",
}
_COUNTS = ("minLength", "maxLength", "minItems", "maxItems", "maxSize")
_NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


def check_schema(schema: Any) -> list[Problem]:
    """Everything in a schema that is outside the subset, with its path inside the schema; empty when it is fine."""
    return list(_problems(schema, ()))


def keep_sound(schema: Any) -> Schema:
    """The schema without its wrong parts: what `check_schema` refuses is anything here, so that the rest can be used.

    A field with a wrong schema stays a field; a sound schema is given back as it is.
    """
    if not isinstance(schema, dict):
        return {}
    if not check_schema(schema):
        return schema
    kept: dict[str, Any] = {"type": schema["type"]} if "type" in schema else {}
    if schema.get("type") == "array":
        kept["items"] = keep_sound(schema.get("items"))
    elif isinstance(schema.get("properties"), dict):
        fields = schema["properties"].items()
        kept["properties"] = {name: keep_sound(field) for name, field in fields if isinstance(name, str)}
    if isinstance(schema.get("required"), list):
        kept["required"] = [name for name in kept.get("properties", ()) if name in schema["required"]]
    return {} if check_schema(kept) else kept


def _problems(schema: Any, path: Path) -> Iterator[Problem]:
    if not isinstance(schema, dict):
        yield Problem(path, "A schema is a record of words such as `type` and `properties`.")
        return
    if len(path) > 2 * MAX_DEPTH:
        yield Problem(path, f"The schema nests deeper than {MAX_DEPTH} levels.")
        return
    own = list(_own_problems(schema, path))
    yield from own
    inner = list(_inner_problems(schema, path))
    yield from inner
    if not own and not inner:
        yield from _value_problems(schema, path)


def _own_problems(schema: dict[Any, Any], path: Path) -> Iterator[Problem]:
    kinds = _kinds(schema)
    if isinstance(kinds, Problem):
        yield Problem((*path, *kinds.path), kinds.sentence)
        kinds = frozenset(TYPES)
    known = ANNOTATIONS | {"type", "enum", "const"} | frozenset().union(*WORDS_OF.values())
    for word, said in schema.items():
        if not isinstance(word, str):
            yield Problem(path, f"The word {word!r} must be a text.")
        elif word in known:
            owners = [kind for kind, words in WORDS_OF.items() if word in words]
            if owners and not kinds & set(owners):
                yield Problem((*path, word), f"`{word}` needs `type: {owners[0]}` beside it.")
            sentence = _wrong(word, said)
            if sentence:
                yield Problem((*path, word), sentence)
        elif not word.startswith("x-"):
            way_out = _INSTEAD.get(word, "Leave it out, or begin a word of your own with `x-`.")
            yield Problem((*path, word), f"`{word}` is not used in these schemas. {way_out}")
    for word in ("accept", "maxSize"):
        if word in schema and schema.get("format") != "file":
            yield Problem((*path, word), f"`{word}` needs `format: file` beside it.")


def _kinds(schema: dict[Any, Any]) -> frozenset[str] | Problem:
    said = schema.get("type")
    listed = said if isinstance(said, list) else [said] if "type" in schema else []
    for kind in listed:
        if kind not in TYPES:
            way_out = "`null` in quotes" if kind is None else f"one of {', '.join(TYPES)}"
            return Problem(("type",), f"{kind!r} is not a type; write {way_out}.")
    if isinstance(said, list) and (len(said) != 2 or said.count("null") != 1):
        return Problem(
            ("type",), 'A list of types is one type and "null"; for more, use `oneOf` or leave the type out.'
        )
    if listed:
        return frozenset(listed)
    if "oneOf" in schema:
        return frozenset({"object"})
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    if not isinstance(values, list):
        return frozenset()
    try:
        return frozenset(kind_of(value) for value in values)
    except TypeError as error:
        return Problem((), f"{error}.")


def _is_scalar(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value in INTEGERS
    return value is None or isinstance(value, str | bool)


def _is_texts(said: Any) -> bool:
    return isinstance(said, list) and all(isinstance(item, str) for item in said)


def _is_enum(said: Any) -> bool:
    if not isinstance(said, list) or not said or len(said) > 1000 or not all(_is_scalar(item) for item in said):
        return False
    kinds = {"number" if kind_of(item) == "integer" else kind_of(item) for item in said} - {"null"}
    return len(kinds) <= 1


_RIGHT: dict[str, tuple[Callable[[Any], bool], str]] = {
    "properties": (lambda said: isinstance(said, dict) and all(isinstance(n, str) for n in said), "a record of fields"),
    "required": (lambda said: _is_texts(said) and len(set(said)) == len(said), "a list of different field names"),
    "additionalProperties": (lambda said: isinstance(said, bool | dict), "true, false or a schema"),
    "items": (lambda said: isinstance(said, dict), "a schema"),
    "oneOf": (lambda said: isinstance(said, list) and len(said) > 0, "a list of records"),
    "enum": (_is_enum, "a list of 1 to 1,000 constants of one type"),
    "const": (_is_scalar, "a text, a number, true, false or null"),
    "format": (lambda said: isinstance(said, str) and said in FORMATS, f"one of {', '.join(FORMATS)}"),
    "labels": (_is_texts, "a list of label names"),
    "declassified": (
        lambda said: (
            isinstance(said, dict) and all(isinstance(k, str) and isinstance(r, str) and r for k, r in said.items())
        ),
        "a record of label and reason",
    ),
    "accept": (_is_texts, "a list of media types"),
    "title": (lambda said: isinstance(said, str), "a text"),
    "description": (lambda said: isinstance(said, str), "a text"),
}


def _wrong(word: str, said: Any) -> str:
    if word in _COUNTS and (isinstance(said, bool) or not isinstance(said, int) or said < 0 or said not in INTEGERS):
        return f"`{word}` is a whole number, 0 or more."
    if word in _NUMBERS and (isinstance(said, bool | str) or said is None or not _is_scalar(said)):
        return f"`{word}` is a number."
    if word in _RIGHT:
        right, words = _RIGHT[word]
        return "" if right(said) else f"`{word}` is {words}."
    return ""


def _inner_problems(schema: dict[Any, Any], path: Path) -> Iterator[Problem]:
    properties = schema.get("properties")
    if isinstance(properties, dict):
        for name, field in properties.items():
            yield from _problems(field, (*path, "properties", name))
    required = schema.get("required")
    if _is_texts(required) and schema.get("additionalProperties") is False:
        for name in required or ():
            if name not in (properties or {}):
                yield Problem((*path, "required"), f"'{name}' is required, but the record does not name it.")
    for word in ("items", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            yield from _problems(schema[word], (*path, word))
    if isinstance(schema.get("oneOf"), list):
        yield from _union_problems(schema, path)


def _union_problems(schema: dict[Any, Any], path: Path) -> Iterator[Problem]:
    clean = True
    for word in ("properties", "required", "additionalProperties", "enum", "const"):
        if word in schema:
            clean = False
            yield Problem((*path, word), f"`{word}` cannot stand beside `oneOf`; write it in each of the records.")
    for position, branch in enumerate(schema["oneOf"]):
        inner = list(_problems(branch, (*path, "oneOf", position)))
        if not inner and (kinds_of(branch) != frozenset({"object"}) or "oneOf" in branch):
            inner = [
                Problem((*path, "oneOf", position), f"Each of a `oneOf` is {IN_WORDS['object']} (`type: object`).")
            ]
        clean = clean and not inner
        yield from inner
    if clean and discriminator_of(schema["oneOf"]) is None:
        yield Problem(
            (*path, "oneOf"),
            "The records must be told apart by one field that each requires, with another `const` in each.",
        )


def _value_problems(schema: Schema, path: Path) -> Iterator[Problem]:
    """What is well written but says nothing that could be true."""
    if "default" in schema:
        bare = {word: said for word, said in schema.items() if word != "default"}
        try:
            problems = validate(schema["default"], bare)
        except TypeError as error:
            problems = [Problem((), f"{error}.")]
        for problem in problems:
            yield Problem((*path, "default"), f"The default does not fit its own schema. {problem.sentence}")
        if problems:
            return
    kinds = kinds_of(schema)
    if "default" in schema or kinds is None or (path and "object" in kinds):
        return  # a record holds nothing of its own that its fields could contradict; the outermost shows the size
    try:
        problems = validate(example_of(schema), schema)
    except ShapeError as error:
        problems = [Problem((), error.sentence)]
    if problems:
        yield Problem(path, f"No value was found that satisfies all of this. {problems[0].sentence}")
