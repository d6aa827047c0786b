"""tool.http_request: its examples hold; what it sends, and what each answer means."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from builder.sdk import AfterCrash, Effect, Failed, FailureClass, HttpAnswer, NodeError
from builder.sdk.testing import TestContext, check_examples
from nodes.tool.http_request.node import NODE, HttpRequestConfig

URL = "https://crm.example/replies"


def run(config: dict[str, Any], inputs: dict[str, Any], *answers: HttpAnswer | Failed) -> tuple[Any, TestContext]:
    context = TestContext(answers=list(answers))
    outcome = asyncio.run(NODE.run(HttpRequestConfig.model_validate(config), inputs, context))
    return outcome, context


def test_examples_hold() -> None:
    assert check_examples(Path(__file__).parent) >= 10


@pytest.mark.parametrize(
    ("config", "effect", "after_crash"),
    [
        ({"method": "GET"}, Effect.READ, AfterCrash.RETRY_SAFE),
        ({"method": "HEAD", "idempotent": True}, Effect.READ, AfterCrash.RETRY_SAFE),
        ({}, Effect.WRITE, AfterCrash.UNSAFE),
        ({"method": "PUT"}, Effect.WRITE, AfterCrash.UNSAFE),
        ({"idempotent": True}, Effect.WRITE, AfterCrash.KEYED),
    ],
)
def test_what_it_does_to_the_world(config: dict[str, Any], effect: Effect, after_crash: AfterCrash) -> None:
    narrowed = NODE.narrow(HttpRequestConfig.model_validate({"url": URL, **config}))
    assert (narrowed.effect, narrowed.external, narrowed.after_crash) == (effect, True, after_crash)


def test_what_is_sent() -> None:
    config = {"url": URL, "headers": {"X-Team": "support"}, "idempotent": True, "timeout": 5}
    _, context = run(config, {"body": {"text": "Grüße"}}, HttpAnswer(200, (), b""))
    (sent,) = context.sent
    assert json.loads(sent.body or b"") == {"text": "Grüße"}
    assert dict(sent.headers) == {
        "X-Team": "support",
        "Content-Type": "application/json",
        "Idempotency-Key": context.idempotency_key,
    }
    assert (sent.method, sent.url, sent.timeout, sent.repeatable) == ("POST", URL, 5, True)


def test_a_value_stays_in_its_part_of_the_address() -> None:
    config = {"method": "GET", "url": "https://crm.example/a/{{ name }}/b?x={{ name }}"}
    _, context = run(
        config, {"name": "../c?d=1&e#f@evil.example", "query": {"q": ["a b", 1, None, True]}}, HttpAnswer(200, (), b"")
    )
    quoted = "..%2Fc%3Fd%3D1%26e%23f%40evil.example"
    assert context.sent[0].url == f"https://crm.example/a/{quoted}/b?x={quoted}&q=a+b&q=1&q=true"


@pytest.mark.parametrize("part", [".", ".."])
def test_no_part_of_the_address_climbs(part: str) -> None:
    with pytest.raises(NodeError, match="part of the address"):
        run({"method": "GET", "url": "https://crm.example/{{ part }}/x"}, {"part": part})


def test_forms_and_texts() -> None:
    _, context = run({"url": URL, "body_as": "form"}, {"body": {"a": "1&2", "b": [True, 3]}}, HttpAnswer(200, (), b""))
    assert context.sent[0].body == b"a=1%262&b=true&b=3"
    _, context = run({"url": URL, "body_as": "text"}, {"body": "hello"}, HttpAnswer(200, (), b""))
    assert context.sent[0].body == b"hello"
    with pytest.raises(NodeError, match="is a record"):
        run({"url": URL, "body_as": "form"}, {"body": {"a": {"b": 1}}})


@pytest.mark.parametrize(
    ("config", "status", "headers", "failure", "retry_after"),
    [
        ({}, 429, {"retry-after": "7"}, FailureClass.RATE_LIMITED, 7.0),
        ({}, 429, {"retry-after": "Mon, 05 Jan 2026 09:31:00 GMT"}, FailureClass.RATE_LIMITED, 60.0),
        ({}, 503, {"retry-after": "3"}, FailureClass.TRANSIENT, 3.0),
        ({}, 503, {}, FailureClass.PERMANENT, None),
        ({}, 500, {}, FailureClass.PERMANENT, None),
        ({}, 502, {}, FailureClass.UNCERTAIN, None),
        ({}, 504, {}, FailureClass.UNCERTAIN, None),
        ({"idempotent": True}, 504, {}, FailureClass.TRANSIENT, None),
        ({"idempotent": True}, 500, {}, FailureClass.TRANSIENT, None),
        ({"method": "GET"}, 502, {}, FailureClass.TRANSIENT, None),
        ({"method": "GET"}, 408, {}, FailureClass.TRANSIENT, None),
        ({}, 408, {}, FailureClass.PERMANENT, None),
        ({}, 307, {"location": "https://evil.example/"}, FailureClass.PERMANENT, None),
        ({}, 400, {}, FailureClass.PERMANENT, None),
        ({"success": [201]}, 200, {}, FailureClass.PERMANENT, None),
    ],
)
def test_what_an_answer_means(
    config: dict[str, Any], status: int, headers: dict[str, str], failure: FailureClass, retry_after: float | None
) -> None:
    outcome, _ = run(
        {"url": URL + "?key=hidden", **config}, {}, HttpAnswer(status, tuple(headers.items()), b"secret body")
    )
    assert isinstance(outcome, Failed)
    assert (outcome.failure, outcome.retry_after) == (failure, retry_after)
    assert "hidden" not in outcome.sentence
    assert "secret" not in outcome.sentence


def test_what_the_way_out_says_is_passed_on() -> None:
    with pytest.raises(NodeError) as caught:
        run({"url": URL}, {}, Failed(FailureClass.UNCERTAIN, "timed_out", "No answer came."))
    assert caught.value.failed.failure is FailureClass.UNCERTAIN


def test_cookies_are_kept_back_and_broken_json_is_said() -> None:
    headers = (("set-cookie", "session=1"), ("x-id", "7"))
    outcome, _ = run({"url": URL}, {}, HttpAnswer(200, headers, b"plain"))
    assert outcome.output["headers"] == {"x-id": "7"}
    with pytest.raises(NodeError, match="says that it is JSON"):
        run({"url": URL}, {}, HttpAnswer(200, (("content-type", "application/json"),), b"{"))
    with pytest.raises(NodeError, match="says that it is JSON"):
        run({"url": URL}, {}, HttpAnswer(200, (("content-type", "application/json"),), b"[" * 100_000))


def test_a_body_is_no_input_of_a_read() -> None:
    shapes = NODE.shapes(HttpRequestConfig(method="GET", url=URL), {"body": {}, "id": {"type": "string"}})
    assert set(shapes.inputs["properties"]) == {"id"}
