"""Marked fields are found wherever a Config holds them."""

from __future__ import annotations

from typing import Annotated

from builder.engine.marks import Mark, marks_of, texts_at
from builder.sdk import Expression, ModelConnection, NodeConfig, Template


class Case(NodeConfig):
    when: Annotated[str, Expression(scope="graph", returns="boolean")]
    then: Annotated[str, Template(scope="inputs")] | None = None


class Config(NodeConfig):
    model: Annotated[str, ModelConnection()] = "default"
    cases: tuple[Case, ...] = ()
    named: dict[str, Annotated[str, Expression(scope="result")]] = {}  # noqa: RUF012  # pydantic copies it
    plain: str = ""


def test_every_mark_is_found_once() -> None:
    assert marks_of(Config) == (
        Mark(("model",), "connection"),
        Mark(("cases", "*", "when"), "expr", "graph", "boolean"),
        Mark(("cases", "*", "then"), "template", "inputs"),
        Mark(("named", "*"), "expr", "result", "any"),
    )


def test_texts_are_found_at_their_marks() -> None:
    said = {"cases": [{"when": "a"}, {"when": "b", "then": "c"}, 3], "named": {"x": "d", "y": 4}}
    assert list(texts_at(said, ("cases", "*", "when"))) == [("cases.0.when", "a"), ("cases.1.when", "b")]
    assert list(texts_at(said, ("cases", "*", "then"))) == [("cases.1.then", "c")]
    assert list(texts_at(said, ("named", "*"))) == [("named.x", "d")]
    assert list(texts_at(said, ("model",))) == []
