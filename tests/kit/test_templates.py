"""Templates: text with typed holes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.kit.expressions import EvaluationError, ExpressionError, compile_template

from .schemas import TEXTS

NAMES: dict[str, Any] = {
    "topic": {"type": "string"},
    "amount": {"type": "number"},
    "vip": {"type": "boolean"},
    "note": {"type": ["string", "null"]},
    "tags": {"type": "array", "items": {"type": "string"}},
    "anything": {},
}
VALUES = {"topic": "bugs", "amount": 100, "vip": True, "note": None, "tags": ["a", "b"], "anything": [1]}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("", ""),
        ("Plain } text }} { here.", "Plain } text }} { here."),
        ("{{ topic }}", "bugs"),
        ("{{topic}}{{topic}}", "bugsbugs"),
        ("Topic: {{ topic }}\n\nPay {{ amount }}.", "Topic: bugs\n\nPay 100."),
        ("{{ amount / 8 }} {{ vip }} [{{ note }}]", "12.5 true []"),
        ("{{ join(tags) }} {{ join(tags, ' and ') }} {{ json(tags) }}", 'a, b a and b ["a", "b"]'),
        ("{{{{ topic }} and {{ topic }}", "{{ topic }} and bugs"),
        ("{{ {'a': {'b': 'x}}y'}}.a.b }}", "x}}y"),
        ("{{ '\\'}}' + \"}}\" + r'\\d' + '''}}''' }}", "'}}}}\\d}}"),
        ("{{ vip ? 'Dear ' + topic : '' }}", "Dear bugs"),
        ("{{ 1e20 }} {{ 0.1 }} {{ 3.0 }} {{ -0.5 }} {{ 12345678901234567 }}", "1e+20 0.1 3 -0.5 12345678901234567"),
        ("{{\n  topic\n}}", "bugs"),
    ],
)
def test_what_templates_give(source: str, text: str) -> None:
    assert compile_template(source, NAMES).evaluate(VALUES) == text


def test_what_templates_read() -> None:
    template = compile_template("{{ topic }} {{ amount + 1 }} {{ topic }}", NAMES)
    assert template.reads == (("amount",), ("topic",))


@pytest.mark.parametrize(
    ("source", "line", "column", "sentence"),
    [
        ("{{ tags }}", 1, 4, "This hole gives a list."),
        ("a\n  {{ {'a': 1} }}", 2, 6, "This hole gives a record."),
        ("Hello {{ nobody }}", 1, 10, "There is no 'nobody' here."),
        ("Hello\n{{ topic +\n nobody }}", 3, 2, "There is no 'nobody' here."),
        ("Hello {{ topic", 1, 7, "A hole begins here and does not end."),
        ("Hello {{ 'topic }}", 1, 7, "A hole begins here and does not end."),
        ("{{ }}", 1, 4, "The expression is empty."),
        ("{{}}", 1, 3, "The expression is empty."),
        ("{{ 1 }}" * 201, 1, 1, "The template has more than 200 holes."),
        ("x" * 100_001, 1, 1, "The template has 100,001 characters"),
        ("a\x00", 1, 2, "A NUL character cannot stand in a template."),
    ],
)
def test_what_is_no_template(source: str, line: int, column: int, sentence: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_template(source, NAMES)
    assert caught.value.sentence.startswith(sentence)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_a_list_that_only_shows_at_run_time_fails() -> None:
    with pytest.raises(EvaluationError, match="gives a list or record"):
        compile_template("{{ anything }}", NAMES).evaluate(VALUES)


def test_a_text_that_grows_too_long_fails() -> None:
    template = compile_template("{{ topic }}" * 10, NAMES)
    with pytest.raises(EvaluationError, match="longer than 1,000,000"):
        template.evaluate({"topic": "x" * 200_000})


@given(st.lists(TEXTS), TEXTS)
def test_text_around_holes_stays_as_it_is(pieces: list[str], value: str) -> None:
    source = "{{ topic }}".join(piece.replace("{", "(") for piece in pieces)
    expected = value.join(piece.replace("{", "(") for piece in pieces)
    assert compile_template(source, NAMES).evaluate({"topic": value}) == expected


@given(TEXTS)
def test_doubled_braces_say_any_text(text: str) -> None:
    assert compile_template(text.replace("{{", "{{{{"), NAMES).evaluate({}) == text
