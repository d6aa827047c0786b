"""Random schemas of the subset, and random values of a schema."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

FORMAT_VALUES = {
    "email": ["a@example.org", "b.c@mail.example.com"],
    "date": ["2026-01-31", "1999-12-01"],
    "time": ["00:00:00", "23:59:59Z", "12:00:00.5+02:00"],
    "date-time": ["2026-01-31T00:00:00Z", "2026-01-31T23:59:59.123+05:30"],
    "duration": ["PT1H", "P3DT4H", "P2W"],
    "uri": ["https://example.org/a?b=c", "mailto:a@example.org"],
    "hostname": ["example.org", "a-b.example"],
    "uuid": ["0b9b2a52-6f2e-4c7a-9a39-2d6f0c8f1e11"],
    "file": ["f-1", "abc123"],
}
NAMES = st.sampled_from(["a", "b", "c", "naïve", "x-y", "class"])
TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12)
NUMBERS = st.floats(-100, 100, allow_nan=False).map(lambda x: round(x, 3) + 0.0)
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def bounded(draw: Any, values: Any, low: str, high: str) -> dict[str, Any]:
    ends = sorted([draw(values), draw(values)])
    words = {}
    if draw(st.booleans()):
        words[low] = ends[0]
    if draw(st.booleans()):
        words[high] = ends[1]
    return words


@st.composite
def scalar_schemas(draw: Any) -> dict[str, Any]:
    kind = draw(st.sampled_from(["boolean", "integer", "number", "string", "format", "enum", "const", "null"]))
    if kind == "enum":
        values = draw(st.sampled_from([["a", "b"], ["a"], ["a", "b", "c"], [1, 2], [1.5, 2], [True], [True, False]]))
        return {"enum": values}
    if kind == "const":
        return {"const": draw(st.sampled_from(["a", "b", 1, True, None]))}
    if kind == "format":
        return {"type": "string", "format": draw(st.sampled_from(sorted(FORMAT_VALUES)))}
    schema: dict[str, Any] = {"type": kind}
    if kind == "string":
        schema |= draw(bounded(st.integers(0, 8), "minLength", "maxLength"))
    elif kind == "integer":
        schema |= draw(bounded(st.integers(-5, 5), "minimum", "maximum"))
    elif kind == "number":
        schema |= draw(bounded(NUMBERS, "minimum", "maximum"))
        if "minimum" not in schema and "maximum" not in schema and draw(st.booleans()):
            schema["exclusiveMinimum"] = draw(NUMBERS)
    if kind != "null" and draw(st.integers(0, 4)) == 0:
        schema["type"] = [kind, "null"]
    return schema


@st.composite
def record_schemas(draw: Any, inner: Any) -> dict[str, Any]:
    fields = draw(st.dictionaries(NAMES, inner, max_size=3))
    schema: dict[str, Any] = {"type": "object", "properties": fields}
    schema["required"] = [name for name in fields if draw(st.booleans())]
    more = draw(st.sampled_from(["closed", "silent", "open", "schema"]))
    if more in {"closed", "open"}:
        schema["additionalProperties"] = more == "open"
    elif more == "schema":
        schema["additionalProperties"] = draw(scalar_schemas())
    return schema


@st.composite
def list_schemas(draw: Any, inner: Any) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "array"} | draw(bounded(st.integers(0, 3), "minItems", "maxItems"))
    if draw(st.booleans()):
        schema["items"] = draw(inner)
    return schema


@st.composite
def union_schemas(draw: Any, inner: Any) -> dict[str, Any]:
    kinds = draw(st.lists(st.sampled_from(["p", "q", "r"]), min_size=1, max_size=3, unique=True))
    branches = []
    for kind in kinds:
        branch = draw(record_schemas(inner))
        branch["properties"] = {"kind": {"const": kind}} | branch["properties"]
        branch["required"] = ["kind", *branch["required"]]
        branches.append(branch)
    return {"oneOf": branches}


SCHEMAS = st.recursive(
    scalar_schemas() | st.just({}),
    lambda inner: record_schemas(inner) | list_schemas(inner) | union_schemas(inner),
    max_leaves=6,
)


@st.composite
def values_of(draw: Any, schema: dict[str, Any]) -> Any:
    """A value that is valid under a schema made here."""
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return draw(st.sampled_from(schema["enum"]))
    if "oneOf" in schema:
        return draw(values_of(draw(st.sampled_from(schema["oneOf"]))))
    kind = schema.get("type")
    if kind is None:
        return draw(PLAIN)
    if isinstance(kind, list):
        if draw(st.booleans()):
            return None
        kind = kind[0]
    if kind == "object":
        record = {
            name: draw(values_of(field))
            for name, field in schema["properties"].items()
            if name in schema["required"] or draw(st.booleans())
        }
        others = schema.get("additionalProperties", True)
        for name in ["a", "b", "c", "other"]:
            if others is not False and name not in schema["properties"] and draw(st.booleans()):
                record[name] = draw(values_of({} if others is True else others))
        return record
    if kind == "array":
        least = schema.get("minItems", 0)
        return draw(st.lists(values_of(schema.get("items", {})), min_size=least, max_size=schema.get("maxItems", 4)))
    if kind == "string":
        if "format" in schema:
            return draw(st.sampled_from(FORMAT_VALUES[schema["format"]]))
        alphabet = st.characters(exclude_characters="\x00", exclude_categories=["Cs"])
        least = schema.get("minLength", 0)
        return draw(st.text(alphabet, min_size=least, max_size=schema.get("maxLength", least + 8)))
    if kind == "integer":
        return draw(st.integers(schema.get("minimum", -(2**63)), schema.get("maximum", 2**63 - 1)))
    if kind == "number":
        low = schema.get("minimum", schema.get("exclusiveMinimum"))
        return draw(
            st.floats(low, schema.get("maximum"), exclude_min="exclusiveMinimum" in schema,
                      allow_nan=False, allow_infinity=False)
        )  # fmt: skip
    return None if kind == "null" else draw(st.booleans())


@st.composite
def schemas_with_value(draw: Any) -> tuple[dict[str, Any], Any]:
    schema = draw(SCHEMAS)
    return schema, draw(values_of(schema))


@st.composite
def near_schemas(draw: Any, schema: dict[str, Any]) -> dict[str, Any]:
    """A schema that differs a little from another, so that fitting is neither rare nor trivial."""
    if draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from([schema, {}]) | SCHEMAS)
    near = dict(schema)
    if "oneOf" in near:
        near["oneOf"] = [draw(near_schemas(one)) if draw(st.booleans()) else one for one in near["oneOf"]]
        if any("kind" not in one.get("properties", {}) or "const" not in one["properties"]["kind"]
               or "kind" not in one.get("required", ()) for one in near["oneOf"]):  # fmt: skip
            return schema
        return near
    if near.get("type") == "object":
        near["properties"] = {
            name: draw(near_schemas(field)) for name, field in near["properties"].items() if draw(st.integers(0, 3))
        }
        near["required"] = [name for name in near["required"] if name in near["properties"] and draw(st.booleans())]
        if draw(st.booleans()):
            near["additionalProperties"] = draw(st.sampled_from([False, True, {"type": "string"}]))
    elif near.get("type") == "array" and "items" in near:
        near["items"] = draw(near_schemas(near["items"]))
    elif near.get("type") == "integer" and draw(st.booleans()):
        near["type"] = "number"
    if draw(st.booleans()):
        for word in ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "exclusiveMinimum"):
            near.pop(word, None)
    return near


@st.composite
def neighbours_with_value(draw: Any) -> tuple[dict[str, Any], dict[str, Any], Any]:
    given = draw(SCHEMAS)
    return given, draw(near_schemas(given)), draw(values_of(given))
