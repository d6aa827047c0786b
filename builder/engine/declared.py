"""A Declared label is one that an input field carries before anything runs: by default, by the file's word, or not.

A file may add labels freely. Taking a default label away is a declassification: it has a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from builder.sdk import Schema

DEFAULT_LABELS = ("customer-text", "personal")
"""What every text, object, list and file of the input carries at first; an organisation can choose others."""
_BARE = frozenset({"number", "integer", "boolean", "null"})
_MOMENTS = frozenset({"date", "time", "date-time", "duration"})


def labels_of_field(schema: Schema, defaults: Iterable[str] = DEFAULT_LABELS) -> tuple[str, ...]:
    """The labels of an input field, sorted.

    Numbers, booleans, moments and enums start with none, all else with the defaults. Labels that are written anywhere
    inside the field count for the whole of it; a declassification counts only where it stands on the field itself.
    """
    labels = set() if is_bare(schema) else set(defaults) - set(reasons_of(schema))
    return tuple(sorted(labels | set(_written(schema))))


def is_bare(schema: Schema) -> bool:
    """Whether a field can hold no free text: a number, a boolean, a moment, or one of a fixed choice."""
    if "enum" in schema or "const" in schema or schema.get("format") in _MOMENTS:
        return True
    kind = schema.get("type")
    kinds = set(kind) if isinstance(kind, list | tuple) else {kind}
    return kinds <= _BARE


def reasons_of(schema: Schema) -> dict[str, str]:
    """The declassifications of a field, label → reason; one without a reason does not count."""
    said = schema.get("declassified")
    if not isinstance(said, dict):
        return {}
    return {str(label): reason for label, reason in said.items() if isinstance(reason, str) and reason.strip()}


def declassified_in(inputs: Schema) -> dict[str, dict[str, str]]:
    """Field → label → reason, for every field of an input schema that takes a label away."""
    return {name: reasons for name, schema in inputs.get("properties", {}).items() if (reasons := reasons_of(schema))}


def _written(schema: Any) -> Iterator[str]:
    if not isinstance(schema, dict):
        return
    yield from (str(label) for label in schema.get("labels", ()) if isinstance(label, str))
    for part in schema.get("properties", {}).values():
        yield from _written(part)
    for word in ("items", "additionalProperties"):
        yield from _written(schema.get(word))
    for part in schema.get("oneOf", ()):
        yield from _written(part)
