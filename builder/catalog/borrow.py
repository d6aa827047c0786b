"""Schemas that others wrote, in words that Handrail understands: what it has no word for is left open, not guessed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder.kit.shapes import check_schema
from builder.sdk import Schema

DEEPEST = 12
MOST = 4_000
_WORDS = (
    "type", "enum", "const", "format", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "title",
    "description",
)  # fmt: skip
_LONGEST_TEXT = 500


class Borrower:
    """Rewrites the schemas of one document.

    Attributes:
        document: what `$ref` points into; a reference that leads out of it is left open.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self._left = MOST

    def borrow(self, schema: Any) -> Schema:
        """A schema in Handrail's words; `{}`, which is anything, where it cannot be said."""
        return self._borrow(schema, 0, frozenset())

    def resolve(self, part: Any) -> Any:
        """What stands behind a `$ref` into the same document; the part itself where it is none."""
        for _ in range(DEEPEST):
            if not isinstance(part, Mapping) or "$ref" not in part:
                return part
            part = self._follow(part["$ref"])
        return {}

    def _follow(self, reference: Any) -> Any:
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return {}
        found: Any = self.document
        for step in reference[2:].split("/"):
            key = step.replace("~1", "/").replace("~0", "~")
            if not isinstance(found, Mapping) or key not in found:
                return {}
            found = found[key]
        return found

    def _borrow(self, schema: Any, depth: int, seen: frozenset[str]) -> Schema:
        self._left -= 1
        if depth > DEEPEST or self._left < 0:
            return {}
        if isinstance(schema, Mapping) and "$ref" in schema:
            reference = str(schema["$ref"])
            return {} if reference in seen else self._borrow(self._follow(reference), depth, seen | {reference})
        if not isinstance(schema, Mapping):
            return {}
        made = self._say(_flatten(schema, self), depth, seen)
        if not check_schema(made):
            return made
        plain: Schema = {word: made[word] for word in ("type", "title", "description") if word in made}
        return {} if check_schema(plain) else plain

    def _say(self, schema: Mapping[str, Any], depth: int, seen: frozenset[str]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for word in _WORDS:
            if word in schema:
                said = schema[word]
                made[word] = (
                    said[:_LONGEST_TEXT] if isinstance(said, str) and word in ("title", "description") else said
                )
        kinds = _kinds_of(schema)
        if kinds is None:
            return {word: made[word] for word in ("title", "description") if word in made}
        if kinds:
            made["type"] = kinds
        if check_schema({"type": "string", "format": made.get("format", "email")}) or "string" not in str(kinds):
            made.pop("format", None)
        if "properties" in schema and isinstance(schema["properties"], Mapping):
            made["properties"] = {str(name): self._borrow(each, depth + 1, seen)
                                  for name, each in schema["properties"].items()}  # fmt: skip
            required = schema.get("required")
            if isinstance(required, list):
                made["required"] = [name for name in required if isinstance(name, str) and name in made["properties"]]
        if isinstance(schema.get("items"), Mapping):
            made["items"] = self._borrow(schema["items"], depth + 1, seen)
        if isinstance(schema.get("additionalProperties"), Mapping) and "properties" not in made:
            made["additionalProperties"] = self._borrow(schema["additionalProperties"], depth + 1, seen)
        return made


def as_list(said: Any) -> list[Any]:
    """A list, whatever stands there instead of one."""
    return list(said) if isinstance(said, list) else []


def as_record(said: Any) -> Mapping[str, Any]:
    """A record, whatever stands there instead of one."""
    return said if isinstance(said, Mapping) else {}


def _kinds_of(schema: Mapping[str, Any]) -> Any:
    """Its type in Handrail's form; an empty text where it says none, None where it cannot be said."""
    said = schema.get("type")
    nullable = schema.get("nullable") is True
    if isinstance(said, list):
        kinds = [kind for kind in said if kind != "null"]
        if len(kinds) != 1:
            return None
        return [kinds[0], "null"] if "null" in said or nullable else kinds[0]
    if said is None:
        if "properties" in schema:
            said = "object"
        elif "items" in schema:
            said = "array"
        else:
            return "" if "enum" in schema or "const" in schema else None
    return [said, "null"] if nullable and said != "null" else said


def _flatten(schema: Mapping[str, Any], borrower: Borrower) -> Mapping[str, Any]:
    """`allOf` records as one record; `anyOf` and `oneOf` with null as what may be empty. Others stay unsayable."""
    for word in ("anyOf", "oneOf"):
        options = [borrower.resolve(each) for each in as_list(schema.get(word))]
        some = [each for each in options if isinstance(each, Mapping) and each.get("type") != "null"]
        if options and len(some) == 1:
            rest = {key: value for key, value in schema.items() if key != word}
            schema = {**some[0], **rest, **({"nullable": True} if len(options) > 1 else {})}
    parts = [borrower.resolve(each) for each in as_list(schema.get("allOf"))]
    if not parts:
        return schema
    merged: dict[str, Any] = {key: value for key, value in schema.items() if key != "allOf"}
    properties, required = dict(as_record(merged.get("properties"))), as_list(merged.get("required"))
    for part in parts:
        if not isinstance(part, Mapping):
            continue
        properties |= as_record(part.get("properties"))
        required += [name for name in as_list(part.get("required")) if name not in required]
        merged = {**part, **merged}
    if properties:
        merged |= {"properties": properties, "required": required, "type": "object"}
    return merged
