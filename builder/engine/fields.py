"""A Field is something that a node gives and others may read: which there are, behind which ports, and whether surely.

The records that the engine itself gives (errors, findings of a policy) and the shapes of containers stand here too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from builder.kit.shapes import at_path, fits
from builder.sdk import ERROR_PORT, Control, Schema, Shapes, free_record

ERROR_RECORD: Schema = {
    "type": "object",
    "properties": {
        "class": {"type": "string"},
        "code": {"type": "string"},
        "sentence": {"type": "string"},
        "attempts": {"type": "integer"},
        "at": {"type": "string", "format": "date-time"},
    },
    "required": ["at", "attempts", "class", "code", "sentence"],
    "additionalProperties": False,
}
"""What `node.error` gives behind the port `error`."""

FINDING_RECORD: Schema = {
    "type": "object",
    "properties": {
        "kind": {"type": "string"},
        "field": {"type": "string"},
        "start": {"type": "integer"},
        "end": {"type": "integer"},
        "score": {"type": "number"},
        "detector": {"type": "string"},
    },
    "required": ["detector", "end", "field", "kind", "score", "start"],
    "additionalProperties": False,
}
"""One finding, as a policy's rule reads it."""

POLICY_NAMES: Mapping[str, Schema] = {
    "findings": {"type": "array", "items": FINDING_RECORD},
    "labels": {"type": "array", "items": {"type": "string"}},
    "target": {},
}
"""What a policy's rule reads beside its `record`: findings in it, its labels, the config of what stands behind it."""


def closed_record(fields: Mapping[str, Schema], optional: Iterable[str] = ()) -> Schema:
    """The schema of a record with these fields and no others."""
    missing = set(optional)
    return {**free_record(fields), "required": sorted(name for name in fields if name not in missing)}


def join_schemas(schemas: Sequence[Schema]) -> Schema:
    """A schema that every value of any of them fits: one of them where it covers the others, else less and less."""
    first = schemas[0]
    if len(schemas) == 1 or all(schema == first for schema in schemas[1:]):
        return first
    for wide in schemas:
        if all(fits(schema, wide).word == "fits" for schema in schemas):
            return wide
    types = [schema.get("type") for schema in schemas]
    if all(isinstance(each, str) and each == types[0] for each in types):
        return {"type": types[0]}
    if set(map(str, types)) == {"integer", "number"}:
        return {"type": "number"}
    return {}


KnownRecords: TypeAlias = dict[tuple[int, ...], tuple[tuple[Schema, ...], Schema]]
"""By the ids of the schemas behind each port: these schemas, so that their ids stay theirs, and what they make."""


def readable_record(shapes: Shapes, known: KnownRecords) -> Schema:
    """What may be read as `node.field`, whichever port is taken; made once for the very same schemas."""
    outputs = tuple(shapes.outputs.values())
    key = tuple(map(id, outputs))
    if key not in known:
        known[key] = outputs, _readable_record(shapes)
    return known[key][1]


def _readable_record(shapes: Shapes) -> Schema:
    found: dict[str, list[Schema]] = {}
    open_port = False
    for output in shapes.outputs.values():
        open_port = open_port or not output or output.get("additionalProperties", False) is True
        for name, schema in output.get("properties", {}).items():
            found.setdefault(name, []).append(schema)
    if open_port and not found:
        return {}
    fields = {name: join_schemas(schemas) for name, schemas in found.items()}
    return {**closed_record({**fields, ERROR_PORT: ERROR_RECORD}), "additionalProperties": open_port}


def is_sure(schema: Schema, parts: Sequence[str]) -> bool:
    """Whether a field that a schema has is in every value of it. An unknown field of an open record counts as there:
    nothing can be said before it is read.
    """
    for position, part in enumerate(parts):
        branches = schema.get("oneOf")
        if branches:
            return all(
                at_path(branch, parts[position:]) is not None and is_sure(branch, parts[position:])
                for branch in branches
            )
        kinds = schema.get("type")
        if isinstance(kinds, list) or kinds == "array":
            return False
        fields = schema.get("properties", {})
        if part not in fields:
            return True
        if part not in schema.get("required", ()) and "default" not in fields[part]:
            return False
        schema = fields[part]
    return True


def ports_giving(shapes: Shapes | None, ports: Iterable[str], parts: Sequence[str]) -> frozenset[str]:
    """The ports of a node behind which a field is surely there."""
    if parts and parts[0] == ERROR_PORT:
        return frozenset({ERROR_PORT})
    if shapes is None:
        return frozenset(ports)
    return frozenset(
        port
        for port in ports
        if at_path(shapes.outputs.get(port, {}), parts) is not None and is_sure(shapes.outputs.get(port, {}), parts)
    )


# ---------------------------------------------------------------- containers

CONTAINERS = (Control.EACH, Control.REPEAT, Control.CALL)
"""The control words whose nodes hold a graph; the engine computes their shapes."""


def item_schema(given: Mapping[str, Schema]) -> Schema:
    """What `item` is inside a map whose input `items` gets this."""
    schema: Schema = given.get("items", {}).get("items", {})
    return schema


def map_inputs(given: Mapping[str, Schema]) -> Schema:
    """The record that a map is given: a list `items`, and whatever else the bindings give."""
    items = item_schema(given)
    wanted: dict[str, Any] = {"type": "array", "items": items} if items else {"type": "array"}
    return closed_record({**given, "items": wanted})


def map_output(result: Schema, *, gaps: bool) -> Schema:
    """What a map gives: the result of each item in order (null where one failed or was not waited for), and errors."""
    item = _or_null(result) if gaps else result
    failure = closed_record({"index": {"type": "integer"}, ERROR_PORT: ERROR_RECORD})
    return closed_record({"items": {"type": "array", "items": item}, "errors": {"type": "array", "items": failure}})


def container_shape(
    control: Control, config: Any, given: Mapping[str, Schema], result: Schema, called: Schema | None
) -> tuple[Schema, Schema]:
    """What a container takes, and what it gives behind each of its ports.

    Args:
        control: each, repeat or call.
        config: its validated Config.
        given: for each binding, the schema of what it gives.
        result: the body's result.
        called: for a call, the inputs of the called workflow.
    """
    if control is Control.EACH:
        gaps = getattr(config, "on_item_error", "fail") == "keep" or bool(getattr(config, "quorum", 0))
        return map_inputs(given), map_output(result, gaps=gaps)
    return (closed_record(given) if called is None else called), result


def _or_null(schema: Schema) -> Schema:
    kind = schema.get("type")
    return {**schema, "type": [kind, "null"]} if isinstance(kind, str) and kind != "null" else schema
