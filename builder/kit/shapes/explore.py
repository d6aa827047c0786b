"""From a schema to one of its fields, and from a value to its schema."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from builder.kit.shapes.words import JSON, MAX_DEPTH, Schema, kind_of, kinds_of

_ANYTHING: Schema = {}


def at_path(schema: Schema, parts: Sequence[str | int]) -> Schema | None:
    """The schema of a field inside a schema.

    Returns:
        The field's schema; `{}` where nothing is known of it (an open record, anything); None where there is no such
        field. A record that names its fields and does not say `additionalProperties` has no others to read. Whether the
        field is always there is another question: see `required`.
    """
    for position, part in enumerate(parts):
        if "oneOf" in schema:
            return _in_branches(schema["oneOf"], parts[position:])
        kinds = kinds_of(schema)
        if kinds is None:
            return _ANYTHING
        if "object" in kinds:
            found = _field(schema, str(part))
        elif "array" in kinds and (isinstance(part, int) or part.isdecimal()):
            found = schema.get("items", _ANYTHING)
        else:
            return None
        if found is None:
            return None
        schema = found
    return schema


def _field(schema: Schema, name: str) -> Schema | None:
    properties: dict[str, Schema] = schema.get("properties", {})
    if name in properties:
        return properties[name]
    others = schema.get("additionalProperties", not properties)
    if others is False:
        return None
    return _ANYTHING if others is True else others


def _in_branches(branches: Iterable[Schema], parts: Sequence[str | int]) -> Schema | None:
    found = [one for one in (at_path(branch, parts) for branch in branches) if one is not None]
    if not found:
        return None
    return found[0] if all(one == found[0] for one in found) else _ANYTHING


def schema_of(value: JSON) -> Schema:
    """The narrowest schema, without constants and bounds, that a value shows: its records are closed and complete."""
    return _schema_of(value, 0)


def _schema_of(value: JSON, depth: int) -> Schema:
    kind = kind_of(value)
    if depth >= MAX_DEPTH:
        return _ANYTHING
    if kind == "object":
        fields = {name: _schema_of(item, depth + 1) for name, item in value.items()}
        return {"type": "object", "properties": fields, "required": sorted(fields), "additionalProperties": False}
    if kind == "array":
        return _list_of(value, depth)
    return {"type": kind}


def _list_of(items: list[JSON], depth: int) -> Schema:
    if not items:
        return {"type": "array", "maxItems": 0}
    merged = _schema_of(items[0], depth + 1)
    for item in items[1:]:
        merged = _merge(merged, _schema_of(item, depth + 1))
    return {"type": "array", "items": merged} if merged else {"type": "array"}


def _merge(one: Schema, other: Schema) -> Schema:
    if one == other:
        return one
    if not one or not other:
        return _ANYTHING
    kinds = (kinds_of(one) or frozenset()) | (kinds_of(other) or frozenset())
    rest = kinds - {"null"}
    if rest == {"integer", "number"}:
        rest = frozenset({"number"})
    if len(rest) != 1:
        return _ANYTHING
    kind = next(iter(rest))
    merged = dict(_merge_same(kind, one, other))
    if "null" in kinds:
        merged["type"] = [kind, "null"]
    return merged


def _merge_same(kind: str, one: Schema, other: Schema) -> Schema:
    sides = [side for side in (one, other) if kinds_of(side) != frozenset({"null"})]
    if len(sides) == 1:
        return sides[0]
    if kind == "object":
        fields = {**one["properties"], **other["properties"]}
        for name in one["properties"].keys() & other["properties"].keys():
            fields[name] = _merge(one["properties"][name], other["properties"][name])
        required = sorted(set(one["required"]) & set(other["required"]))
        return {"type": kind, "properties": fields, "required": required, "additionalProperties": False}
    if kind == "array":
        full = [side for side in sides if "maxItems" not in side]
        if len(full) < 2:
            return full[0] if full else {"type": kind, "maxItems": 0}
        items = _merge(one.get("items", _ANYTHING), other.get("items", _ANYTHING))
        return {"type": kind, "items": items} if items else {"type": kind}
    return {"type": kind}
