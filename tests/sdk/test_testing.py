"""The checker of examples: what it lets pass, and that it can say no."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from builder.sdk import (
    Decision,
    Done,
    Failed,
    FailureClass,
    HttpRequest,
    Kind,
    ModelRequest,
    NodeConfig,
    NodeError,
    NodeType,
    Outcome,
    Question,
    Refused,
    Schema,
    Wait,
)
from builder.sdk.testing import ExamplesError, TestContext, check_example, check_examples
from builder.sdk.values import Control


class Config(NodeConfig):
    do: str


class Echo(NodeType):
    name = "tool.echo"
    title = "Echo"
    summary = "Does what its config says."
    kind = Kind.TOOL
    Config = Config
    Out: ClassVar[Schema] = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}

    async def run(self, config: Any, inputs: Mapping[str, Any], context: Any) -> Outcome:
        if config.do == "refuse":
            return Refused("it is too late for that")
        if config.do == "wait":
            return Wait(until=context.now() + timedelta(days=1))
        if config.do == "ask":
            answer = await context.ask_model(ModelRequest("default", "complete", "", str(inputs.get("text"))))
            return Done({"text": answer.text})
        if config.do == "send":
            answer = await context.send(HttpRequest("GET", "https://a.example"))
            return Done({"text": f"{answer.status} {answer.body.decode()}"})
        if config.do == "wrong":
            return Done({"text": 7})
        if config.do == "nowhere":
            return Done({"text": ""}, "nowhere")
        return Done({"text": config.do, "more": [1, {"a": True}]})


class Ask(NodeType):
    name = "review.ask"
    title = "Ask"
    summary = "Asks."
    kind = Kind.REVIEW
    control = Control.ASK
    Out: ClassVar[Schema] = {"type": "object", "properties": {"by": {"type": "string"}}}

    def question(self, config: Any, inputs: Mapping[str, Any]) -> Question:
        return Question("Well?", dict(inputs))

    def settle(self, config: Any, inputs: Mapping[str, Any], decision: Decision) -> Outcome:
        return Done({"by": decision.by}) if decision.decision == "approve" else super().settle(config, inputs, decision)


def example(do: str, expect: Any, **more: Any) -> list[str]:
    return check_example(Echo(), {"config": {"do": do}, "inputs": {}, "expect": expect, **more})


HOLD = [
    ("hello", {"port": "done", "output": {"text": "hello"}}, {}),
    ("hello", {"port": "done", "output": {"text": "h…o", "more": [1, {"a": True}]}}, {}),
    ("refuse", {"refused": "Too late"}, {}),
    ("wait", {"wait": {"until": "2026-01-06T09:30:00+00:00"}}, {}),
    ("ask", {"port": "done", "output": {"text": "yes"}}, {"model": "yes"}),
    ("ask", {"port": "done", "output": {"text": '{"a": 1}'}}, {"model": [{"record": {"a": 1}}]}),
    ("ask", {"fails": "busy"}, {"model": {"fails": "rate_limited", "code": "busy"}}),
    ("send", {"port": "done", "output": {"text": '201 {"a": 1}'}}, {"http": {"status": 201, "json": {"a": 1}}}),
    ("send", {"fails": "scripted"}, {"http": {"fails": "transient"}}),
    ("hello", {"ports": ["done"]}, {}),
]


@pytest.mark.parametrize(("do", "expect", "more"), HOLD)
def test_holds(do: str, expect: Any, more: dict[str, Any]) -> None:
    assert example(do, expect, **more) == []


DO_NOT_HOLD = [
    ("hello", {"port": "done", "output": {"text": "hullo"}}, "output.text is 'hello'"),
    ("hello", {"port": "done", "output": {"other": 1}}, "output.other is missing"),
    ("hello", {"port": "done", "output": {"more": [1]}}, "output.more is"),
    ("hello", {"port": "done", "output": {"more": [1, {"a": 1}]}}, "output.more[1].a is True"),
    ("hello", {"port": "done", "output": {"text": {"a": 1}}}, "not an object"),
    ("hello", {"port": "other"}, "not 'other'"),
    ("hello", {"refused": "no"}, "expected"),
    ("refuse", {"refused": "too early"}, "does not say 'too early'"),
    ("refuse", {"fails": "x"}, "expected"),
    ("hello", {"ports": ["a"]}, "its ports are"),
    ("hello", {"invalid": "x"}, "is fine"),
    ("hello", {}, "exactly one of"),
    ("hello", {"port": "done", "refused": "x"}, "exactly one of"),
    ("wrong", {"port": "done"}, "does not fit its schema"),
    ("nowhere", {"port": "nowhere"}, "which it does not have"),
]


@pytest.mark.parametrize(("do", "expect", "sentence"), DO_NOT_HOLD)
def test_does_not_hold(do: str, expect: Any, sentence: str) -> None:
    assert sentence in " ".join(example(do, expect))


def test_a_wrong_config_is_said_or_expected() -> None:
    assert "the config is refused" in check_example(Echo(), {"config": {"did": 1}, "expect": {"port": "done"}})[0]
    assert check_example(Echo(), {"config": {"did": 1}, "expect": {"invalid": "Extra inputs"}}) == []
    assert check_example(Echo(), {"config": {"did": 1}, "expect": {"invalid": "moon"}}) != []


def test_a_key_nobody_knows_is_said() -> None:
    assert "no key moodel" in example("ask", {"port": "done"}, moodel="yes")[0]


def test_people_are_asked_and_answer() -> None:
    said = {"inputs": {"a": 1}, "expect": {"ask": {"title": "Well?", "record": {"a": 1}}}}
    assert check_example(Ask(), said) == []
    approved = {"answer": {"decision": "approve", "by": "Ana"}, "expect": {"port": "done", "output": {"by": "Ana"}}}
    assert check_example(Ask(), approved) == []
    rejected = {"answer": {"decision": "reject", "by": "Ana"}, "expect": {"refused": "Ana rejected it"}}
    assert check_example(Ask(), rejected) == []


FOLDER = """
from builder.sdk import Done, Kind, NodeType

class One(NodeType):
    name = "tool.one"
    title = summary = "One"
    kind = Kind.TOOL

    async def run(self, config, inputs, context):
        return Done({})

NODE = One()
"""


def write_folder(folder: Path, examples: str, source: str = FOLDER) -> Path:
    (folder / "node.py").write_text(source, "utf-8")
    (folder / "examples.yaml").write_text(examples, "utf-8")
    return folder


def test_a_folder_is_checked_and_counted(tmp_path: Path) -> None:
    assert check_examples(write_folder(tmp_path, "- {title: a, expect: {port: done}}\n- {expect: {port: done}}\n")) == 2


def test_every_example_that_does_not_hold_is_told(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, "- {title: first, expect: {port: x}}\n- {expect: {refused: y}}\n")
    with pytest.raises(ExamplesError, match=r"(?s)tool.one@1, first: .*tool.one@1, example 2: "):
        check_examples(folder)


@pytest.mark.parametrize("examples", ["", "[]", "{a: 1}"])
def test_a_folder_without_examples_does_not_pass(tmp_path: Path, examples: str) -> None:
    with pytest.raises(ExamplesError, match="at least one example"):
        check_examples(write_folder(tmp_path, examples))


def test_a_folder_without_a_node_is_said(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="NODE"):
        check_examples(write_folder(tmp_path, "[]", "NODE = 1"))


def test_the_context_keeps_what_it_was_told() -> None:
    context = TestContext(tokens=None)
    context.tell("half way")
    assert context.told == ["half way"]
    assert isinstance(context.now(), datetime)
    with pytest.raises(PermissionError):
        _ = context.vault
    with pytest.raises(AssertionError, match="no answer left"):
        asyncio.run(context.send(HttpRequest("GET", "https://a.example")))
    assert context.evaluate("a + b", {"a": 1, "b": 2}) == 3
    assert context.render("Hello {{ name }}", {"name": "Ana"}) == "Hello Ana"


def test_a_scripted_failure_is_raised_as_the_real_one_is() -> None:
    with pytest.raises(NodeError):
        asyncio.run(Echo().run(Config(do="ask"), {}, _failing()))


def _failing() -> TestContext:
    return TestContext(models=[Failed(FailureClass.TRANSIENT, "busy", "It is busy.")])
