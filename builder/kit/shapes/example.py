"""A small value of a given shape."""

from __future__ import annotations

import math

from builder.kit.shapes.formats import FORMATS
from builder.kit.shapes.validate import validate
from builder.kit.shapes.words import JSON, Schema, ShapeError, choices_of, kinds_of

_MOST_PARTS = 20_000
_MOST_CHARACTERS = 1_000_000


def example_of(schema: Schema) -> JSON:
    """A small value that validates against a schema which `check_schema` accepts; always the same one.

    Raises:
        ShapeError: the smallest value would still be too large to make (above 20,000 parts or a million characters).
    """
    return _Maker().make(schema)


class _Maker:
    """Makes one example and counts what it makes."""

    def __init__(self) -> None:
        self.parts = 0
        self.characters = 0

    def make(self, schema: Schema) -> JSON:
        self.parts += 1
        if self.parts > _MOST_PARTS:
            raise ShapeError("The smallest value of this shape is too large.")
        if "default" in schema:
            return schema["default"]
        chosen = choices_of(schema)
        if chosen is not None:
            return next((value for value in chosen if value is not None), None)
        kinds = kinds_of(schema)
        if kinds is None:
            return "example"
        for kind in sorted(kinds - {"null"}):
            return self._of_kind(kind, schema)
        return None

    def _of_kind(self, kind: str, schema: Schema) -> JSON:
        if kind == "object":
            record = schema["oneOf"][0] if "oneOf" in schema else schema
            made = {name: self.make(field) for name, field in record.get("properties", {}).items()}
            for name in record.get("required", ()):
                others = record.get("additionalProperties", True)
                made.setdefault(name, "example") if others is True else None
                if name not in made and others is not False:
                    made[name] = self.make(others)
            return made
        if kind == "array":
            count = max(schema.get("minItems", 0), min(1, schema.get("maxItems", 1)))
            return [self.make(schema.get("items", {})) for _ in range(count)]
        if kind == "boolean":
            return True
        return self._text(schema) if kind == "string" else _number(kind, schema)

    def _text(self, schema: Schema) -> str:
        least, most = schema.get("minLength", 0), schema.get("maxLength", math.inf)
        self.characters += least
        if self.characters > _MOST_CHARACTERS:
            raise ShapeError("The smallest value of this shape is too large.")
        known = FORMATS.get(schema.get("format", ""))
        text = known[2] if known else "example"
        if known is None:
            return text.ljust(least, ".")[: int(min(most, max(least, len(text))))]
        missing = int(max(0, least - len(text)))
        if schema["format"] == "email":
            return "a" * min(missing, 63) + text
        return text + "a" * missing if schema["format"] in {"uri", "file"} else text


def _number(kind: str, schema: Schema) -> int | float:
    low = max(schema.get("minimum", -math.inf), schema.get("exclusiveMinimum", -math.inf))
    high = min(schema.get("maximum", math.inf), schema.get("exclusiveMaximum", math.inf))

    def allowed(value: float) -> bool:
        return not validate(value, schema)

    candidates: list[float] = [1, 0]
    if kind == "integer":
        candidates += [math.floor(low) + step for step in (0, 1)] if math.isfinite(low) else []
        candidates += [math.ceil(high) - step for step in (0, 1)] if math.isfinite(high) else []
    else:
        candidates += [value for value in (low, high) if math.isfinite(value)]
        candidates += [low + 1] if math.isfinite(low) else []
        candidates += [high - 1] if math.isfinite(high) else []
        candidates += [low + (high - low) / 2] if math.isfinite(low) and math.isfinite(high) else []
        candidates = [float(value) for value in candidates]
    return next((value for value in candidates if allowed(value)), candidates[0])
