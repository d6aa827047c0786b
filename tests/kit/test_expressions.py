"""What expressions mean, what they read and give, and the sentence for those that mean nothing."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.kit.expressions import EvaluationError, ExpressionError, check, compile_expression
from builder.kit.expressions.tree import reads_of
from builder.kit.shapes import fits, normalise, validate

from .schemas import PLAIN, SCHEMAS, schemas_with_value

TEXT = {"type": "string"}
NUMBER = {"type": "number"}
NAMES: dict[str, Any] = {
    "classify": {
        "type": "object",
        "properties": {"confidence": NUMBER, "category": {"enum": ["billing", "bug"]}},
        "required": ["confidence", "category"],
    },
    "claim": {
        "type": "object",
        "properties": {
            "items": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"price": NUMBER, "sku": TEXT, "count": {"type": "integer"}},
                    "required": ["price", "sku"],
                },
            },
            "vip": {"type": "boolean"},
            "note": {"type": ["string", "null"]},
            "odd": {"type": "object", "properties": {"x-y": TEXT}},
            "open": {"type": "object"},
            "a_b": TEXT,
            "aB": NUMBER,
        },
        "required": ["items"],
    },
    "item": {"type": "integer"},
    "rates": {"type": "array", "items": NUMBER},
    "anything": {},
}
VALUES: dict[str, Any] = {
    "classify": {"confidence": 1, "category": "bug"},
    "claim": {
        "items": [{"price": 3, "sku": "s1"}, {"price": 4.5, "sku": "s2", "count": 3}],
        "note": None,
        "odd": {"x-y": "odd"},
        "open": {"deep": [{"x": 1}]},
        "a_b": "under",
        "aB": 2,
    },
    "item": 7,
    "rates": [1, 2.5],
    "anything": {"n": 5, "text": "hello"},
}


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("classify.confidence < 0.7", False),
        ("classify.confidence >= 1 && 2 > classify.confidence", True),
        ("classify.category == 'bug' || false", True),
        ("claim.items.exists(i, i.price > 4)", True),
        ("claim.items.all(i, i.price > 1 && i.sku.startsWith('s'))", True),
        ("claim.items.exists_one(i, has(i.count))", True),
        (
            "claim.items.map(i, {'sku': i.sku, 'price': i.price})",
            [{"sku": "s1", "price": 3.0}, {"sku": "s2", "price": 4.5}],
        ),
        ("claim.items.filter(i, i.price > 4.0)[0].sku", "s2"),
        ("claim.items.map(i, claim.items.map(j, i.price + j.price))", [[6.0, 7.5], [7.5, 9.0]]),
        ("claim.odd.`x-y` + '!'", "odd!"),
        ("claim.open.deep[0].x", 1),
        ("anything['text']", "hello"),
        ("claim.a_b + string(claim.aB)", "under2"),
        ("claim.?vip.orValue(false)", False),
        ("has(claim.vip)", False),
        ("claim.note == null", True),
        ("{'to': claim.items[0].sku, 'all': rates, 'n': 1}", {"to": "s1", "all": [1.0, 2.5], "n": 1}),
        ("size(claim.items) > 1 ? 'many' : 'few'", "many"),
        ("classify.confidence in [1.0, 2.0]", True),
        ("math.greatest(item, 3) + 1", 8),
        ("join(rates)", "1, 2.5"),
        ("join(claim.items.map(i, i.sku), ' and ')", "s1 and s2"),
        ("json({'b': rates, 'a': [null, true, 'é']})", '{"a": [null, true, "é"], "b": [1, 2.5]}'),
        ("'%s: %d'.format(['n', item])", "n: 7"),
        ("'a-b-c'.split('-')", ["a", "b", "c"]),
        ("'aaaa'.matches('(a+)+$')", True),
        ("timestamp('2026-07-01T22:30:00Z').getHours('Europe/Berlin')", 0),
        ("anything.n + 1", 6),
        ("anything.n > 4.5", True),
        ("item // the rest is a comment )", 7),
        ("claim\n  .items\n  .map(i,\n    i.sku)", ["s1", "s2"]),
        ("[1, 2, 3].exists(item, item == 3)", True),
        ("'claim.vip' + \"item\"", "claim.vipitem"),
        ("1.0 / 0.0 > 5.0", True),
    ],
)
def test_what_expressions_give(source: str, result: Any) -> None:
    expression = compile_expression(source, NAMES)
    assert repr(_sorted(expression.evaluate(VALUES))) == repr(_sorted(result))
    assert fits(expression.returns, expression.returns).word == "fits"
    assert validate(normalise(result, expression.returns), expression.returns) == []


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ("classify.confidence < 0.7 && item > 3", [("classify", "confidence"), ("item",)]),
        ("claim.items.exists(i, i.price > rates[0])", [("claim", "items"), ("rates",)]),
        ("claim.items.exists(claim, claim.price > 3)", [("claim", "items")]),
        ("has(claim.vip) && anything['n'] == 5", [("anything", "n"), ("claim", "vip")]),
        ("claim.?vip.orValue(false)", [("claim", "vip")]),
        ("claim.open[claim.a_b] == 1 || true", [("claim", "a_b"), ("claim", "open")]),
        ("'claim.items' == 'item'", []),
        ("json(claim)", [("claim",)]),
        ("claim.items[0].sku", [("claim", "items")]),
        ("[1].map(x, [2].map(y, x + y + item))", [("item",)]),
    ],
)
def test_what_expressions_read(source: str, reads: list[tuple[str, ...]]) -> None:
    expression = compile_expression(source, NAMES)
    assert list(expression.reads) == reads
    needed = {root: VALUES[root] for root in {path[0] for path in reads}}
    expression.evaluate(needed)


@pytest.mark.parametrize(
    ("source", "returns"),
    [
        ("classify.category", {"enum": ["billing", "bug"]}),
        ("claim.items[0].count", {"type": "integer"}),
        ("claim.items.map(i, i.price)", {"type": "array", "items": NUMBER}),
        ("claim.items.filter(i, true)", NAMES["claim"]["properties"]["items"]),
        ("true ? classify.category : classify.category", {"enum": ["billing", "bug"]}),
        ("anything.x", {}),
        ("item + 1", {"type": "integer"}),
        ("[1, 'a']", {"type": "array"}),
        ("null", {"type": "null"}),
        (
            "{'a': classify.category, 'b': [rates]}",
            {
                "type": "object",
                "properties": {
                    "a": {"enum": ["billing", "bug"]},
                    "b": {"type": "array", "items": {"type": "array", "items": NUMBER}},
                },
                "required": ["a", "b"],
                "additionalProperties": False,
            },
        ),
    ],
)
def test_the_schema_of_what_expressions_give(source: str, returns: dict[str, Any]) -> None:
    assert compile_expression(source, NAMES).returns == returns


@pytest.mark.parametrize(
    ("source", "line", "column", "sentence", "way_out"),
    [
        (
            "claim.items.exists(i, i.prize > 3)",
            1,
            24,
            "There is no field 'prize' in claim.items; it has price, sku, count.",
            "",
        ),
        ("claim.price", 1, 6, "There is no field 'price' in claim; it has items, vip, note, odd, open, a_b, aB.", ""),
        ("true &&\n claim.price > 3", 2, 7, "There is no field 'price' in claim; it has", ""),
        ("classify.confidence > 1 && claim.price > 3", 1, 33, "There is no field 'price' in claim; it has", ""),
        ("foo + 1", 1, 1, "There is no 'foo' here.", "It can read anything, claim, classify, item, rates."),
        ("foo(1)", 1, 4, "There is no function 'foo'.", "Use one of"),
        ("claim.items.price", 1, 12, "A list has no fields.", "Use `[0]`"),
        ("classify.category.x", 1, 18, "A text has no fields.", ""),
        ("item = 1", 1, 6, "'=' cannot stand here.", "Write == to compare."),
        ("item > 1 and true", 1, 10, "'and' cannot stand here.", "Write && for and."),
        ("item +", 1, 7, "It ends too early.", ""),
        ("size(item", 1, 10, "It ends too early.", ""),
        ("item)", 1, 5, "')' cannot stand here.", ""),
        ("item) + (item", 1, 5, "')' cannot stand here.", ""),
        ("'abc", 1, 1, "A text begins here and does not end.", "Close it with '."),
        ("§", 1, 1, "'§' cannot stand here.", ""),
        ("classify.category > 3", 1, 19, "`>` does not work between a text and a whole number.", ""),
        (
            "classify.confidence > item",
            1,
            21,
            "`>` does not work between a number and a whole number.",
            "Write double(…)",
        ),
        ("classify.confidence in [1, 2]", 1, 21, "`in` does not work between a number and a list.", "[1.0, 2.0]"),
        ("claim['vip']", 1, 6, "`[ ]` does not work between a record and a text.", "behind a dot"),
        ("1\u00a0+ 1", 1, 2, "'\\xa0' cannot stand here.", ""),
        ("item && true", 1, 6, "`&&` joins conditions (true or false), not a whole number.", ""),
        ("!item", 1, 1, "`!` joins conditions (true or false), not a whole number.", ""),
        ("item ? 1 : 2", 1, 6, "Before the `?` stands a condition (true or false), not a whole number.", ""),
        ("true ? 1 : 'a'", 1, 6, "Both sides of the `:` must be of one type, not a whole number and a text.", ""),
        ("classify.category.contains(1)", 1, 27, "`contains` does not work with a text, a whole number.", ""),
        ("", 1, 1, "The expression is empty.", ""),
        ("1" + " " * 2000, 1, 1, "The expression has 2001 characters; at most 2000 may stand here.", ""),
        ("item > 1\x00", 1, 9, "A NUL character cannot stand in an expression.", ""),
        ("\n'\ud800'", 2, 2, "Half a surrogate pair cannot stand in an expression.", ""),
        ("item == 1 && 'a\\u0000' == 'b'", 1, 14, "A NUL character cannot stand in a text.", ""),
        ("timestamp('2026-01-01T00:00:00Z')", 1, 1, "It gives a moment, which cannot be handed on.", "Write string(…)"),
        ("claim.?vip", 1, 1, "It gives an optional value, which cannot be handed on.", "Add `.orValue(…)`"),
        ("(" * 40 + "1" + ")" * 40, 1, 1, "It nests too deep", ""),
    ],
)
def test_what_means_nothing_is_told_in_one_sentence(
    source: str, line: int, column: int, sentence: str, way_out: str
) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(source, NAMES)
    assert caught.value.sentence.startswith(sentence)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert way_out in (caught.value.way_out or "")


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("claim.vip", "There is no 'vip' here."),
        ("claim.items[1].count + claim.items[0].count", "There is no 'count' here."),
        ("claim.items[9].sku", "It reads a list beyond its end."),
        ("claim.open[classify.category]", "A field it reads is not there."),
        ("anything.text + 1", "`+` does not work between a text and a whole number."),
        ("item / (item - 7)", "It divides by zero."),
        ("item + 9223372036854775807", "A whole number leaves the range of 64 bits."),
        ("1.0 / 0.0", "What it gives cannot be handed on: NaN and infinity are not numbers that can be used."),
        ("int(anything.text)", "A value could not be turned into the type that was asked for."),
        ("timestamp(anything.text) > timestamp('2026-01-01T00:00:00Z')", "A"),
        ("{1: 2}", "What it gives cannot be handed on: The key 1 is not a text."),
    ],
)
def test_what_has_no_result_fails_with_a_sentence_that_quotes_no_value(source: str, sentence: str) -> None:
    expression = compile_expression(source, NAMES)
    with pytest.raises(EvaluationError) as caught:
        expression.evaluate(VALUES)
    assert caught.value.sentence.startswith(sentence)
    assert "hello" not in caught.value.sentence
    assert "bug" not in caught.value.sentence


@pytest.mark.parametrize(
    "source",
    [
        "claim.a_b", " item ", "item > 3", "'item' == claim.a_b", "claim. item == 1", "claim.vip",
        "claim . vip == true",
        "claim.items.exists(item, item.price > 3)", "has(claim.vip) && item in [1, 2] // item", "claim.note == null",
        "r'item'.contains(claim.a_b)", "claim.?item.orValue(true)", "[1].exists(x, x == item) && true", "claim.in",
        "{item: 1}.size() == 1", "!(claim.a_b.matches('item'))", "true.item", "item.true", "claim.open.x.y",
        "anything.x == anything.y", "item ?item : item", "item == 1 && b'a' == b'a'",
    ],
)  # fmt: skip
def test_the_quick_way_says_what_the_long_way_says(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def told() -> tuple[Any, ...]:
        try:
            meaning = check.check_expression(source, NAMES)
        except ExpressionError as error:
            return error.sentence, error.line, error.column
        return meaning.source, meaning.returns, sorted(set(reads_of(meaning.tree)))

    quick = told()
    monkeypatch.setattr(check, "check_path", lambda *_: None)
    monkeypatch.setattr(check, "check_condition", lambda *_: None)
    assert told() == quick


def test_a_root_that_is_not_there_fails() -> None:
    with pytest.raises(EvaluationError, match="There is no 'item' here"):
        compile_expression("item > 3", NAMES).evaluate({})


@pytest.mark.parametrize("value", ["a\x00b", ["\ud800"], 2**63, {"x": float("nan")}, object()])
def test_values_that_are_not_plain_fail_before_they_are_judged(value: Any) -> None:
    expression = compile_expression("anything == 'a' || true", NAMES, "boolean")
    with pytest.raises(EvaluationError):
        expression.evaluate({"anything": value})


def test_a_condition_gives_true_or_false_or_fails() -> None:
    assert compile_expression("item > 3", NAMES, "boolean").evaluate(VALUES) is True
    with pytest.raises(ExpressionError, match="must give true or false, but gives a whole number"):
        compile_expression("item", NAMES, "boolean")
    condition = compile_expression("anything.n", NAMES, "boolean")
    assert condition.returns == {"type": "boolean"}
    with pytest.raises(EvaluationError, match="must give true or false"):
        condition.evaluate(VALUES)
    optional = compile_expression("claim.note", NAMES, "string")
    with pytest.raises(EvaluationError, match="must give a text"):
        optional.evaluate(VALUES)


def test_a_whole_number_is_a_number_where_one_is_wanted() -> None:
    assert repr(compile_expression("item", NAMES, "number").evaluate(VALUES)) == "7.0"


def test_the_same_expression_is_compiled_once() -> None:
    one = compile_expression("item > 3", NAMES)
    assert compile_expression("item > 3", {"item": {"type": "integer"}, "other": {}}) is one
    assert compile_expression("item > 3", {"item": NUMBER}) is not one
    assert compile_expression("item > 3", NAMES, "boolean") is not one


def test_names_that_look_alike_in_protobuf_and_names_of_functions_are_fine() -> None:
    names = {
        name: {"type": "object", "properties": {name: TEXT}} for name in ("size", "math", "has", "optional", "cel", "v")
    }
    for name in names:
        assert compile_expression(f"{name}.{name} + 'x'", names).evaluate({name: {name: "a"}}) == "ax"


def test_many_roots_in_one_expression() -> None:
    names = {f"n{number}": {"type": "integer"} for number in range(25)}
    source = "[" + ", ".join(names) + "]"
    assert compile_expression(source, names).evaluate(dict.fromkeys(names, 1)) == [1] * 25


@given(schemas_with_value())
def test_a_root_of_any_shape_can_be_read_whole(pair: tuple[dict[str, Any], Any]) -> None:
    schema, value = pair
    expression = compile_expression("x", {"x": schema})
    assert expression.reads == (("x",),)
    assert _sorted(expression.evaluate({"x": value})) == _sorted(normalise(value, schema))
    assert compile_expression("[x].exists(y, y == x) || true", {"x": schema}).evaluate({"x": value}) is True


@given(SCHEMAS, PLAIN)
def test_no_value_makes_an_expression_do_anything_but_give_or_fail(schema: dict[str, Any], value: Any) -> None:
    for source in ("x", "x == x", "json(x)", "{'a': [x]}", "size([x])", "dyn(x).a", "dyn(x) > 1", "dyn(x).map(y, y)"):
        expression = compile_expression(source, {"x": schema})
        with contextlib.suppress(EvaluationError):
            expression.evaluate({"x": value})


@given(st.text(max_size=40) | st.text(alphabet="item.claim()[]{}'\"\\+-*/<>=!&|?:, 01\n`@_#", max_size=40))
def test_any_text_is_an_expression_or_gets_a_sentence(source: str) -> None:
    error = refusal(source)
    if error is not None:
        lines = source.split("\n")
        assert error.sentence.endswith((".", "…")), error.sentence
        assert 1 <= error.line <= len(lines)
        assert 1 <= error.column <= len(lines[error.line - 1]) + 1


def refusal(source: str) -> ExpressionError | None:
    try:
        compile_expression(source, NAMES)
    except ExpressionError as error:
        return error
    return None
