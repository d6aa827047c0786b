"""Anthropic's protocol through pydantic-ai, over the guarded client."""

from __future__ import annotations

import json
from typing import Any

import pytest

from builder.providers import Models
from builder.sdk import Failed, FailureClass, HttpAnswer, HttpRequest, NodeError
from tests.rooms.loopback import Server, answer

from .conftest import as_json, connection, question, record_question, speak

pytestmark = pytest.mark.anyio


def message(*content: dict[str, Any], stop: str = "end_turn") -> bytes:
    return as_json(
        {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-test-1",
            "content": list(content),
            "stop_reason": stop,
            "stop_sequence": None,
            "usage": {"input_tokens": 30, "output_tokens": 5},
        }
    )


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def call(**record: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": "t1", "name": "answer", "input": record}


async def ask(request: Any, *answers: bytes, **changes: Any) -> tuple[Any, list[Any]]:
    async with Server(speak(*answers)) as server:
        given = {
            "provider": "anthropic",
            "model": "claude-test",
            "key": "k-secret",
            "base_url": f"http://{server.place}",
        }
        models = Models({"default": connection(server.port, **given | changes)})
        try:
            return await models.ask(request), server.seen
        finally:
            await models.aclose()


async def test_a_text() -> None:
    answered, (seen,) = await ask(question(), message(text("All well.")))
    assert answered.text == "All well."
    assert (answered.usage.model, answered.usage.tokens_in, answered.usage.tokens_out) == ("claude-test-1", 30, 5)
    assert seen.line.startswith("POST /v1/messages")
    assert "k-secret" in seen.headers.get("x-api-key", "") + seen.headers.get("authorization", "")
    sent = json.loads(seen.body)
    assert sent["max_tokens"] == 50
    assert "Be brief." in json.dumps(sent["system"])
    assert "What is up?" in json.dumps(sent["messages"])


async def test_a_record_comes_as_a_call_and_is_repaired() -> None:
    answered, seen = await ask(
        record_question(),
        message(call(city="Rome"), stop="tool_use"),
        message(call(city="Rome", count=2), stop="tool_use"),
    )
    assert answered.record == {"city": "Rome", "count": 2}
    assert answered.usage.tokens_in == 60
    assert len(seen) == 2
    assert json.loads(seen[0].body)["tools"][0]["name"] == "answer"
    assert "does not fit" in seen[1].body.decode()


@pytest.mark.parametrize(
    ("reply", "failure", "code", "wait"),
    [
        (
            as_json({"error": {"type": "rate_limit_error"}}, "429 Slow", Retry_After="9"),
            "rate_limited",
            "rate_limited",
            9.0,
        ),
        (as_json({"error": {"type": "overloaded_error"}}, "529 Busy"), "transient", "server_failed", None),
        (as_json({}, "500 Oops"), "transient", "server_failed", None),
        (as_json({}, "401 No"), "permanent", "key_refused", None),
        (as_json({}, "404 No"), "permanent", "model_unknown", None),
        (as_json({"error": {"type": "invalid_request_error"}}, "400 Bad"), "permanent", "request_refused", None),
        (as_json({"hello": 1}), "transient", "answer_broken", None),
        (answer(b"{", Content_Type="application/json"), "transient", "answer_broken", None),
        (answer(b"<html>", Content_Type="text/html"), "permanent", "answer_type_wrong", None),
        (message(text("half"), stop="max_tokens"), "permanent", "answer_cut_off", None),
        (message(), "permanent", "answer_empty", None),
    ],
)
async def test_what_can_go_wrong(reply: bytes, failure: str, code: str, wait: float | None) -> None:
    with pytest.raises(NodeError) as caught:
        await ask(question(), reply)
    failed = caught.value.failed
    assert (failed.failure, failed.code, failed.retry_after) == (failure, code, wait)
    assert "k-secret" not in failed.sentence


async def test_the_library_does_not_retry_on_its_own() -> None:
    async with Server(speak(as_json({}, "500 Oops"))) as server:
        given = {"provider": "anthropic", "key": "k", "base_url": f"http://{server.place}"}
        models = Models({"default": connection(server.port, **given)})
        with pytest.raises(NodeError):
            await models.ask(question())
        await models.aclose()
    assert len(server.seen) == 1


async def test_every_request_of_the_library_goes_through_the_guarded_client() -> None:
    """Without a base_url the library takes its vendor's own address; it still has no other way out."""

    class Refusing:
        def __init__(self) -> None:
            self.asked: list[HttpRequest] = []

        async def send(self, request: HttpRequest) -> HttpAnswer:
            self.asked.append(request)
            raise NodeError(Failed(FailureClass.TRANSIENT, "unreachable", "Nothing answers there."))

    sender = Refusing()
    models = Models({"default": connection(1, provider="anthropic", key="k", base_url="")}, sender=sender)
    with pytest.raises(NodeError, match="Nothing answers there"):
        await models.ask(question())
    await models.aclose()
    (asked,) = sender.asked
    assert asked.url.startswith("https://api.anthropic.com/")
    assert asked.repeatable


@pytest.mark.parametrize("provider", ["nobody", "bedrock"])
async def test_a_provider_that_cannot_be_used(provider: str) -> None:
    with pytest.raises(NodeError) as caught:
        await ask(question(), message(text("x")), provider=provider)
    assert (caught.value.failed.failure, caught.value.failed.code) == (FailureClass.PERMANENT, "provider_unusable")
