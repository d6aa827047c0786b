"""A Shape is what a value looks like, written as a schema: a small, decidable part of JSON Schema.

Words: `type` (one, or `[T, "null"]`), `properties`, `required`, `additionalProperties`, `items`, `enum`, `const`,
`format`, the bounds (`minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, `minLength`, `maxLength`,
`minItems`, `maxItems`), for files `accept` and `maxSize`, and `oneOf` for records told apart by a `const` field.
`labels`, `declassified`, `title`, `description`, `default` and `x-…` say more without restricting. The empty schema is
anything; a record that does not say `additionalProperties` lets others pass, but they cannot be read by name.

Normalise a value first (it fills defaults and drops what a closed record does not name), then validate it.
"""

from builder.kit.shapes.check import check_schema, keep_sound
from builder.kit.shapes.example import example_of
from builder.kit.shapes.explore import at_path, schema_of
from builder.kit.shapes.fit import Fit, fits
from builder.kit.shapes.formats import FORMATS
from builder.kit.shapes.normalise import normalise
from builder.kit.shapes.validate import validate
from builder.kit.shapes.words import JSON, Problem, Schema, ShapeError, branch_of, describe, kinds_of

__all__ = [
    "FORMATS", "JSON", "Fit", "Problem", "Schema", "ShapeError", "at_path", "branch_of", "check_schema", "describe",
    "example_of", "fits", "keep_sound", "kinds_of", "normalise", "schema_of", "validate",
]  # fmt: skip
