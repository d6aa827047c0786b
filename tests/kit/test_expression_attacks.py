"""Attempts to escape, to exhaust memory or time: each ends in plain text or one clean error."""

from __future__ import annotations

import pytest

from builder.kit.expressions import EvaluationError, ExpressionError, compile_expression, compile_template

NAMES = {
    "numbers": {"type": "array", "items": {"type": "integer"}},
    "text": {"type": "string"},
    "loose": {},
    "record": {"type": "object", "properties": {"field": {"type": "string"}}, "required": ["field"]},
}
VALUES = {
    "numbers": list(range(10_000)),
    "text": "y" * 900_000,
    "loose": {"rows": [["z" * 1000] * 100] * 10},
    "record": {"field": "f"},
}

ESCAPES = [
    "''.__class__.__mro__[1].__subclasses__()", "().__class__.__bases__[0]", "record.__class__",
    "record.field.__init__", "loose.__class__.__init__.__globals__", "loose['__class__']", "dyn(record).__dict__",
    "__import__('os').system('id')", "os.system('id')", "open('/etc/passwd').read()", "eval('1+1')", "exec('x=1')",
    "getattr(record, 'field')", "globals()", "locals()", "self", "this.constructor.constructor('return process')()",
    "record.constructor", "import('fs')", "require('child_process')", "lambda: 1", "[x for x in numbers]",
    "numbers.map(x => x)", "`id`", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{% for x in numbers %}{% endfor %}",
    "config.items()", "request.application", "cycler.__init__", "text|attr('x')", "text.replace('y', text)",
    "cel.bind(a, text, a + a)", "type(text)", "bytes(text)", "google.protobuf.Any{}",
    "google.protobuf.Struct{fields: {}}", "_T.R0{}.v", "_T.R0", "cel.@block([1], 1)", "@in(1, [1])",
    "1), cel.bind(x, 2, 3", "1)) || ((true", "true) || cel.bind(a, 1, true", "text.matches(text)",
    "timestamp('2026-01-01T00:00:00Z').getHours('../../etc/passwd')",
    "timestamp('2026-01-01T00:00:00Z').getHours(text)", "'a'.matches('(((a{30}){30}){30}){30}')",
    "'a'.matches('(?P<x>')", "numbers.map(a, numbers.map(b, text + text))",
    "numbers.map(a, numbers.map(b, join(numbers)))", "numbers.map(a, numbers.map(b, '%s'.format([text])))",
    "numbers.all(a, numbers.all(b, numbers.all(c, numbers.all(d, a + b + c + d > 0))))", "(" * 900 + "1" + ")" * 900,
    "size(" + "+".join(["text"] * 300) + ")", "record" + ".a" * 900, "has(" * 300 + ")" * 300, "\\", "'\\ud800'", "/*",
    "'''",
]  # fmt: skip


@pytest.mark.parametrize("source", ESCAPES)
def test_an_escape_is_refused_or_finds_nothing(source: str) -> None:
    with pytest.raises((ExpressionError, EvaluationError)) as caught:
        compile_expression(source, NAMES).evaluate(VALUES)
    assert len(caught.value.sentence) < 200
    assert "Traceback" not in caught.value.sentence


@pytest.mark.parametrize(
    "source",
    [
        "numbers.map(a, numbers.map(b, numbers.map(c, a)))",
        "numbers.all(a, numbers.all(b, numbers.all(c, a + b + c > -1)))",
        "numbers.map(a, a)",
        "numbers.map(a, text)",
        "numbers.map(a, [text])",
        "numbers.map(a, record.field + text)",
        "numbers.exists(a, (text + text).contains('q'))",
        "numbers.exists(a, text.matches('(y+y+)+z'))",
        "numbers.exists(a, text == text + 'a')",
        "numbers.exists(a, json(numbers) == 'a')",
        "text + text + text + text + text + text + text + text + text",
        "[text].map(a, a + a + a)[0]",
        "[[text, text]].map(a, [a, a, a, a]).map(b, [b, b, b, b]).map(c, [c, c, c, c])",
        "text.split('').join(text)",
        "text.split('').map(a, a)",
        "join(text.split(''), text)",
        "json(json(json(json(json(json(text))))))",
        "json(loose) + text",
        "'%.1000000000f'.format([1.0])",
        "strings.quote(strings.quote(strings.quote(strings.quote(text + text))))",
        "text.format([1])" + " + text" * 5,
    ],
)
def test_a_bomb_ends_in_one_sentence(source: str) -> None:
    expression = compile_expression(source, NAMES)
    with pytest.raises(EvaluationError) as caught:
        expression.evaluate(VALUES)
    assert len(caught.value.sentence) < 120


@pytest.mark.parametrize("pattern", ["(a+)+$", "(y+y+)+z", "^(([a-z])+.)+[A-Z]([a-z])+$", "(y|y?)+$", "(.*){20}x"])
def test_patterns_take_time_in_proportion_to_the_text(pattern: str) -> None:
    assert compile_expression(f"text.matches('{pattern}')", NAMES).evaluate(VALUES) in {True, False}


@pytest.mark.parametrize("source", ESCAPES)
def test_a_hole_escapes_no_more_than_an_expression(source: str) -> None:
    with pytest.raises((ExpressionError, EvaluationError)):
        compile_template("Dear {{ " + source + " }}", NAMES).evaluate(VALUES)


@pytest.mark.parametrize(
    "text",
    [
        "{% import os %}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "%(x)s {0.__class__} {}", "$(id) `id`", "[[${x}]]",
        "{#x#}", "*{7*7}", "@(1+2)", "~[x]", "{{{{7*7}}}}",
    ],
)  # fmt: skip
def test_what_other_engines_run_is_plain_text_here(text: str) -> None:
    assert compile_template(text, NAMES).evaluate(VALUES) == text.replace("{{{{", "{{")


@pytest.mark.parametrize(
    "value",
    ["{{ numbers }}", "{{{{", "{{ text }}", "'; DROP TABLE x", "${x}", "\\u0041", "</prompt>", "\u202e", "{% x %}"],
)
def test_a_value_is_never_read_as_a_template(value: str) -> None:
    assert compile_template("[{{ text }}]", NAMES).evaluate({"text": value}) == f"[{value}]"
    assert compile_expression("text", NAMES).evaluate({"text": value}) == value
