"""Is this value of that shape? All problems, not only the first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from builder.kit.shapes.formats import FORMATS
from builder.kit.shapes.words import (
    IN_WORDS,
    JSON,
    Path,
    Problem,
    Schema,
    branch_of,
    choices_of,
    describe,
    discriminator_of,
    is_among,
    kind_of,
    kinds_of,
)

MAX_PROBLEMS = 50


def validate(value: JSON, schema: Schema) -> list[Problem]:
    """What is wrong with a value under a schema that `check_schema` accepts; at most 50 problems.

    An integer field wants an int (`normalise` turns 3.0 into 3 first); a record that is closed lets no other field in.
    """
    return list(islice(_problems(value, schema, ()), MAX_PROBLEMS))


def _problems(value: JSON, schema: Schema, path: Path) -> Iterator[Problem]:
    kinds = kinds_of(schema)
    if kinds is None:
        return
    try:
        kind = kind_of(value)
    except TypeError as error:
        yield Problem(path, f"It must be {describe(schema)}, but {error}.")
        return
    if kind not in kinds and not (kind == "integer" and "number" in kinds):
        yield Problem(path, f"It must be {describe(schema)}, not {IN_WORDS[kind]}.")
        return
    chosen = choices_of(schema)
    if chosen is not None and not is_among(value, chosen):
        yield Problem(path, f"It must be {describe(schema)}.")
        return
    if kind == "object":
        yield from _record_problems(value, schema, path)
    elif kind == "array":
        yield from _list_problems(value, schema, path)
    elif kind == "string":
        yield from _text_problems(value, schema, path)
    elif kind in {"integer", "number"}:
        yield from _number_problems(value, schema, path)


def _record_problems(value: dict[str, JSON], schema: Schema, path: Path) -> Iterator[Problem]:
    if "oneOf" in schema:
        branch = branch_of(schema, value)
        if branch is None:
            field = discriminator_of(schema["oneOf"])
            if field is None:
                yield Problem(path, "Its schema does not say how its kinds of record are told apart.")
                return
            known = ", ".join(f'"{one["properties"][field]["const"]}"' for one in schema["oneOf"])
            yield Problem((*path, field), f"It must be one of {known}.")
            return
        yield from _record_problems(value, branch, path)
        return
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield Problem((*path, name), "It is missing.")
    others = schema.get("additionalProperties", True)
    for name, item in value.items():
        if name in properties:
            yield from _problems(item, properties[name], (*path, name))
        elif others is False:
            yield Problem((*path, name), f"There is no field '{name}' here.")
        elif others is not True:
            yield from _problems(item, others, (*path, name))


def _list_problems(value: list[JSON], schema: Schema, path: Path) -> Iterator[Problem]:
    if len(value) < schema.get("minItems", 0):
        yield Problem(path, f"It has {len(value)} items; at least {schema['minItems']} are needed.")
    if "maxItems" in schema and len(value) > schema["maxItems"]:
        yield Problem(path, f"It has {len(value)} items; at most {schema['maxItems']} may stand here.")
    items = schema.get("items")
    if items:
        for position, item in enumerate(value):
            yield from _problems(item, items, (*path, position))


def _text_problems(value: str, schema: Schema, path: Path) -> Iterator[Problem]:
    if len(value) < schema.get("minLength", 0):
        yield Problem(path, f"It has {len(value)} characters; at least {schema['minLength']} are needed.")
    if "maxLength" in schema and len(value) > schema["maxLength"]:
        yield Problem(path, f"It has {len(value)} characters; at most {schema['maxLength']} may stand here.")
    known = FORMATS.get(schema.get("format", ""))
    if known is not None and not known[0](value):
        yield Problem(path, f"It must be {known[1]}.")


def _number_problems(value: float, schema: Schema, path: Path) -> Iterator[Problem]:
    if "minimum" in schema and not value >= schema["minimum"]:
        yield Problem(path, f"It must be at least {schema['minimum']}.")
    if "maximum" in schema and not value <= schema["maximum"]:
        yield Problem(path, f"It must be at most {schema['maximum']}.")
    if "exclusiveMinimum" in schema and not value > schema["exclusiveMinimum"]:
        yield Problem(path, f"It must be more than {schema['exclusiveMinimum']}.")
    if "exclusiveMaximum" in schema and not value < schema["exclusiveMaximum"]:
        yield Problem(path, f"It must be less than {schema['exclusiveMaximum']}.")
