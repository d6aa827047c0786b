"""What the shapes promise, over random schemas and by example."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, event, example, given, settings

from builder.kit.shapes import (
    FORMATS,
    ShapeError,
    at_path,
    check_schema,
    describe,
    example_of,
    fits,
    normalise,
    schema_of,
    validate,
)

from .schemas import FORMAT_VALUES, PLAIN, SCHEMAS, neighbours_with_value, schemas_with_value

relaxed = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


@relaxed
@given(SCHEMAS)
def test_a_schema_of_the_subset_has_no_problem_and_an_example_of_its_own_shape(schema: dict[str, Any]) -> None:
    assert check_schema(schema) == []
    assert validate(normalise(example_of(schema), schema), schema) == []
    assert describe(schema)


@relaxed
@given(schemas_with_value())
def test_normalising_twice_changes_nothing_and_keeps_a_value_valid(pair: tuple[dict[str, Any], Any]) -> None:
    schema, value = pair
    assert validate(value, schema) == []
    once = normalise(value, schema)
    assert validate(once, schema) == []
    assert repr(normalise(once, schema)) == repr(once)


@relaxed
@given(neighbours_with_value())
def test_every_value_of_what_fits_is_valid_there(case: tuple[dict[str, Any], dict[str, Any], Any]) -> None:
    have, want, value = case
    fit = fits(have, want)
    event(fit.word)
    assert (fit.word == "fits") == (fit.reason == "")
    if fit.word == "fits":
        assert validate(normalise(normalise(value, have), want), want) == []


@relaxed
@given(SCHEMAS)
def test_every_shape_fits_itself_and_anything(schema: dict[str, Any]) -> None:
    assert fits(schema, {}).word == "fits"
    assert fits(schema, schema).word == "fits"


@relaxed
@example([None, [], []])
@given(PLAIN)
def test_a_value_is_of_the_schema_it_shows(value: Any) -> None:
    schema = schema_of(value)
    assert check_schema(schema) == []
    assert validate(normalise(value, schema), schema) == []


TEXT = {"type": "string"}
NUMBER = {"type": "number"}


def record(required: list[str] | None = None, /, *, closed: bool = True, **fields: Any) -> dict[str, Any]:
    names = list(fields) if required is None else required
    return {"type": "object", "properties": fields, "required": names, "additionalProperties": not closed}


@pytest.mark.parametrize(
    ("have", "want", "word", "reason"),
    [
        ({"type": "integer"}, NUMBER, "fits", ""),
        (NUMBER, {"type": "integer"}, "no", "A number is given, but a whole number is wanted."),
        ({"type": "boolean"}, {"type": "integer"}, "no", "True or false is given, but a whole number is wanted."),
        (TEXT, {"type": ["string", "null"]}, "fits", ""),
        ({"type": ["string", "null"]}, TEXT, "no", "What is given may be nothing (null), but a text is wanted."),
        ({"enum": ["a"]}, {"enum": ["a", "b"]}, "fits", ""),
        ({"enum": ["a", "c"]}, {"enum": ["a", "b"]}, "no", '"c" may be given, but one of "a", "b" is wanted.'),
        (TEXT, {"enum": ["a", "b"]}, "no", 'A text is given, but only one of "a", "b" may stand here.'),
        (TEXT, {"type": "string", "format": "email"}, "checked", "A text is given, a text (email) is wanted."),
        ({"type": "string", "maxLength": 5}, {"type": "string", "maxLength": 9}, "fits", ""),
        ({"type": "number", "exclusiveMinimum": 0}, {"type": "number", "minimum": 0}, "fits", ""),
        ({"type": "number", "minimum": 0}, {"type": "number", "exclusiveMinimum": 0}, "checked", None),
        ({}, TEXT, "checked", "Nothing is known of what is given; a text is wanted."),
        (record(a=TEXT, b=TEXT), record(a=TEXT), "fits", ""),
        (record([], a=TEXT), record(a=TEXT), "no", "a: it is required, but may be missing from what is given."),
        (record(b=TEXT), record(a=TEXT), "no", "a: it is required, but is not in what is given."),
        (record(), record(a={"type": "string", "default": "x"}), "fits", ""),
        (record(a=NUMBER), record(a=TEXT), "no", "a: a number is given, but a text is wanted."),
        (record(closed=False), record([], a=TEXT), "checked", None),
        ({"type": "array", "items": NUMBER}, {"type": "array", "items": TEXT}, "no", None),
        ({"type": "string", "format": "file"}, TEXT, "no", None),
        (TEXT, {"type": "string", "format": "file"}, "no", None),
        (
            record(kind={"const": "p"}),
            {"oneOf": [record(kind={"const": "p"}), record(kind={"const": "q"})]},
            "fits",
            "",
        ),
        (record(kind={"const": "r"}), {"oneOf": [record(kind={"const": "p"})]}, "no", None),
        (record(kind=TEXT), {"oneOf": [record(kind={"const": "p"})]}, "no", None),
    ],
)
def test_fitting_by_example(have: dict[str, Any], want: dict[str, Any], word: str, reason: str | None) -> None:
    fit = fits(have, want)
    assert fit.word == word
    assert reason is None or fit.reason == reason


@pytest.mark.parametrize(
    ("schema", "path", "part"),
    [
        ([], (), "record of words"),
        ({"$ref": "#/x"}, ("$ref",), "Write the schema out"),
        ({"type": "string", "pattern": "(a+)+$"}, ("pattern",), "`format`"),
        ({"allOf": []}, ("allOf",), "one record"),
        ({"not": {}}, ("not",), "may stand here"),
        ({"anyOf": []}, ("anyOf",), "[T, null]"),
        ({"type": "text"}, ("type",), "not a type"),
        ({"type": ["string", "number"]}, ("type",), "oneOf"),
        ({"properties": {}}, ("properties",), "needs `type: object`"),
        ({"type": "object", "properties": {"a": {"type": "x"}}}, ("properties", "a", "type"), "not a type"),
        ({"type": "array", "items": {"$ref": ""}}, ("items", "$ref"), "Write"),
        ({"type": "string", "format": "phone"}, ("format",), "email"),
        ({"type": "string", "minLength": -1}, ("minLength",), "0 or more"),
        ({"type": "number", "minimum": "1"}, ("minimum",), "is a number"),
        ({"type": "number", "minimum": float("nan")}, ("minimum",), "is a number"),
        ({"type": "integer", "minimum": 3, "maximum": 1}, (), "No value was found"),
        ({"type": "array", "minItems": 10**9}, (), "too large"),
        ({"type": "string", "minLength": 10**9}, (), "too large"),
        ({"enum": []}, ("enum",), "1 to 1,000"),
        ({"enum": ["a", 1]}, ("enum",), "of one type"),
        ({"const": {}}, ("const",), "a text, a number"),
        ({"type": "string", "default": 3}, ("default",), "does not fit"),
        ({"type": "string", "labels": "personal"}, ("labels",), "list of label names"),
        ({"type": "string", "declassified": {"personal": ""}}, ("declassified",), "label and reason"),
        ({"type": "string", "accept": ["image/png"]}, ("accept",), "format: file"),
        ({"type": "object", "required": ["a"], "additionalProperties": False}, ("required",), "does not name it"),
        ({"oneOf": [{"type": "string"}]}, ("oneOf", 0), "a record"),
        ({"oneOf": [record(a=TEXT), record(b=TEXT)]}, ("oneOf",), "told apart"),
        ({"misspelt": 1}, ("misspelt",), "x-"),
        ({1: 1}, (), "must be a text"),
    ],
)
def test_what_is_outside_the_subset_is_named_with_its_path(schema: Any, path: tuple[Any, ...], part: str) -> None:
    problems = check_schema(schema)
    assert [problem.path for problem in problems] == [path]
    assert part in problems[0].sentence


def test_all_problems_of_a_schema_are_told_at_once() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "x"}, "b": {"pattern": "."}}, "allOf": []}
    paths = [problem.path for problem in check_schema(schema)]
    assert paths == [("allOf",), ("properties", "a", "type"), ("properties", "b", "pattern")]


def test_a_deep_schema_is_a_problem_not_a_crash() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(10_000):
        schema = {"type": "array", "items": schema}
    assert "deeper" in check_schema(schema)[0].sentence


@pytest.mark.parametrize(
    ("value", "path", "part"),
    [
        ("a\x00b", (), "NUL"),
        ({"a": ["\ud800"]}, ("a", 0), "surrogate"),
        ({"\x00": 1}, (), "NUL"),
        (float("nan"), (), "NaN"),
        ([float("inf")], (0,), "NaN"),
        (2**63, (), "64 bits"),
        (-(2**63) - 1, (), "64 bits"),
        ({1: 2}, (), "not a text"),
        (object(), (), "object is not plain"),
        ((1,), (), "tuple is not plain"),
    ],
)
def test_what_cannot_be_held_everywhere_is_refused(value: Any, path: tuple[Any, ...], part: str) -> None:
    with pytest.raises(ShapeError) as caught:
        normalise(value, {})
    assert caught.value.path[: len(path)] == path
    assert part in caught.value.sentence


def test_a_value_that_nests_too_deep_is_refused() -> None:
    value: Any = 1
    for _ in range(10_000):
        value = [value]
    with pytest.raises(ShapeError, match="nests deeper"):
        normalise(value, {})


def test_normalising_by_example() -> None:
    schema = record(["n"], n=NUMBER, i={"type": "integer"}, d={"type": "string", "default": "x"})
    assert repr(normalise({"n": 3, "i": 4.0, "other": 1}, schema)) == "{'n': 3.0, 'i': 4, 'd': 'x'}"
    assert repr(normalise([1, 2.0], {"type": "array", "items": {"enum": [1.5, 1, 2]}})) == "[1.0, 2.0]"
    assert repr(normalise({"n": True, "i": 4.5}, schema)) == "{'n': True, 'i': 4.5, 'd': 'x'}"


def test_all_problems_of_a_value_are_told_up_to_a_limit() -> None:
    schema = record(a=TEXT, b={"type": "integer", "minimum": 3}, c={"enum": ["x", "y"]}, d=TEXT)
    problems = {p.path: p.sentence for p in validate({"a": 1, "b": 2, "c": "z", "e": 1}, schema)}
    assert problems == {
        ("a",): "It must be a text, not a whole number.",
        ("b",): "It must be at least 3.",
        ("c",): 'It must be one of "x", "y".',
        ("d",): "It is missing.",
        ("e",): "There is no field 'e' here.",
    }
    assert len(validate(["x"] * 1000, {"type": "array", "items": NUMBER})) == 50


def test_true_is_not_one() -> None:
    assert validate(True, {"type": "integer"})
    assert validate(True, {"enum": [1]})
    assert validate(1, {"const": True})
    assert validate(1, {"enum": [1.0]}) == []


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_formats_know_their_own(name: str) -> None:
    schema = {"type": "string", "format": name}
    for text in [*FORMAT_VALUES[name], FORMATS[name][2]]:
        assert validate(text, schema) == []
    for text in ["", " ", "§", "a b", FORMATS[name][2] + "\n", "é" * 300]:
        assert validate(text, schema) != []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("date", "2026-02-30"), ("date", "20260230"), ("date", "٢٠٢٦-01-01"), ("time", "24:00:01"), ("time", "1:00:00"),
        ("time", "12:00:00+99:00"), ("date-time", "2026-01-01 00:00:00Z"), ("date-time", "2026-01-01T00:00:00"),
        ("duration", "P"), ("duration", "PT"), ("duration", "P1H"), ("email", "a@b"), ("email", "a@@b.c"),
        ("email", "a..b@c.de"), ("email", "a@-b.de"), ("email", "a b@c.de"), ("uri", "example.org"), ("uri", "http://[::1"),
        ("uri", "https://a b"), ("uuid", "0b9b2a526f2e4c7a9a392d6f0c8f1e11"), ("hostname", "a..b"), ("file", "../x"),
    ],
)  # fmt: skip
def test_formats_refuse(name: str, text: str) -> None:
    assert validate(text, {"type": "string", "format": name}) != []


def test_fields_are_found_by_their_path() -> None:
    schema = record(claim=record(items={"type": "array", "items": record(prize=NUMBER)}), more={"type": "object"})
    assert at_path(schema, ()) == schema
    assert at_path(schema, ("claim", "items", 0, "prize")) == NUMBER
    assert at_path(schema, ("claim", "items", "3", "prize")) == NUMBER
    assert at_path(schema, ("claim", "price")) is None
    assert at_path(schema, ("claim", "items", "prize")) is None
    assert at_path(schema, ("more", "x", "y")) == {}
    union = {"oneOf": [record(kind={"const": "p"}, a=TEXT), record(kind={"const": "q"}, a=TEXT, b=TEXT)]}
    assert at_path(union, ("a",)) == TEXT
    assert at_path(union, ("b",)) == TEXT
    assert at_path(union, ("kind",)) == {}
    assert at_path(union, ("c",)) is None
    silent = {"type": "object", "properties": {"a": TEXT}}
    assert at_path(silent, ("b",)) is None
