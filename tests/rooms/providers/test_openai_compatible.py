"""Servers that speak chat completions over loopback: what is asked, what is counted, and every way it can go wrong."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from builder.providers import Models, worst_cost
from builder.sdk import FailureClass, ModelAnswer, ModelRequest, NodeError
from tests.rooms.loopback import Seen, Server, answer

from .conftest import as_json, completion, connection, question, record_question, speak

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


async def ask(script: Any, request: ModelRequest, **changes: Any) -> tuple[ModelAnswer, list[dict[str, Any]]]:
    async with Server(script) as server:
        models = Models({"default": connection(server.port, **changes)}, now=lambda: NOW)
        try:
            answered = await models.ask(request)
        finally:
            await models.aclose()
    return answered, [json.loads(seen.body) for seen in server.seen]


async def fail(script: Any, request: ModelRequest | None = None, **changes: Any) -> Any:
    with pytest.raises(NodeError) as caught:
        await ask(script, request or question(), **changes)
    failed = caught.value.failed
    assert "What is up" not in failed.sentence
    assert "k-secret" not in failed.sentence
    return failed


async def test_a_text_is_asked_for_and_counted() -> None:
    script = speak(as_json(completion("  All well.\x00 ")))
    answered, (sent,) = await ask(script, question(), key="k-secret")
    assert answered.text == "All well."
    assert answered.record is None
    assert (answered.usage.model, answered.usage.tokens_in, answered.usage.tokens_out) == ("m-2026", 100, 20)
    assert answered.usage.cost == pytest.approx((100 * 1 + 20 * 10) / 1e6)
    assert not answered.usage.practice
    assert sent["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "What is up?"},
    ]
    assert (sent["model"], sent["max_tokens"], sent["temperature"]) == ("m", 50, 0.0)
    assert "response_format" not in sent


async def test_the_key_goes_to_its_server_only_as_a_header() -> None:
    async with Server(speak(as_json(completion("x")))) as server:
        models = Models({"default": connection(server.port, key="k-secret")})
        await models.ask(question())
        await models.aclose()
    assert server.seen[0].line == "POST /v1/chat/completions HTTP/1.1"
    assert server.seen[0].headers["authorization"] == "Bearer k-secret"
    assert "k-secret" not in repr(connection(1, key="k-secret"))


async def test_a_record_is_asked_for_by_schema_and_normalised() -> None:
    script = speak(as_json(completion({"city": "Rome", "count": 2.0})))
    answered, (sent,) = await ask(script, record_question())
    assert answered.record == {"city": "Rome", "count": 2}
    shape = sent["response_format"]["json_schema"]
    assert shape["strict"] is True
    assert shape["schema"]["properties"]["city"] == {"type": "string"}
    assert "labels" not in sent["messages"][0]["content"]


@pytest.mark.parametrize(
    "bad",
    [
        completion("not JSON"),
        completion(""),
        completion("[1]"),
        completion({"city": "Rome"}),
        completion({"city": "Rome", "count": -1}),
        completion({"city": "Rome", "count": "2"}),
        completion('{"city": "Rome", "count": NaN}'),
        completion("[" * 5_000),
        completion('{"city": "Rome", "cou', "length"),
        completion('{"city": "a\\u0000b", "count": 1}'),
        completion('{"city": "\\ud800", "count": 1}'),
        completion('{"city": "x", "count": ' + "9" * 5_000 + "}"),
        completion('{"city": "x", "count": 99999999999999999999}'),
    ],
)
async def test_a_bad_record_is_repaired_and_all_tries_are_counted(bad: dict[str, Any]) -> None:
    script = speak(as_json(bad), as_json(completion('```json\n{"city": "Rome", "count": 2}\n```')))
    answered, sent = await ask(script, record_question())
    assert answered.record == {"city": "Rome", "count": 2}
    assert (answered.usage.tokens_in, answered.usage.tokens_out) == (200, 40)
    assert answered.usage.cost == pytest.approx(2 * (100 + 200) / 1e6)
    told = sent[1]["messages"]
    assert [turn["role"] for turn in told] == ["system", "user", "assistant", "user"]
    assert "does not fit" in told[3]["content"]


async def test_the_model_is_told_which_field_is_wrong() -> None:
    script = speak(
        as_json(completion({"city": "Rome", "count": -1})), as_json(completion({"city": "Rome", "count": 2}))
    )
    _, sent = await ask(script, record_question())
    assert "count" in sent[1]["messages"][3]["content"]


async def test_repairs_end_and_their_cost_is_told() -> None:
    async with Server(speak(as_json(completion("never")))) as server:
        models = Models({"default": connection(server.port)})
        with pytest.raises(NodeError) as caught:
            await models.ask(record_question())
        await models.aclose()
    failed = caught.value.failed
    assert len(server.seen) == 3
    assert (failed.failure, failed.code) == (FailureClass.PERMANENT, "answer_does_not_fit")
    assert failed.usage.tokens_in == 300
    assert failed.usage.cost <= worst_cost(connection(1), record_question())


async def test_a_failure_in_mid_repair_keeps_what_was_spent() -> None:
    failed = await fail(speak(as_json(completion("never")), as_json({}, "500 Oops")), record_question())
    assert (failed.failure, failed.usage.tokens_in) == (FailureClass.TRANSIENT, 100)


async def test_a_text_that_was_cut_off_is_a_failure() -> None:
    failed = await fail(speak(as_json(completion("half of", "length"))))
    assert (failed.failure, failed.code) == (FailureClass.PERMANENT, "answer_cut_off")
    assert failed.usage.tokens_out == 20


@pytest.mark.parametrize(
    ("reply", "failure", "code"),
    [
        (as_json({"error": {"message": "What is up?"}}, "400 Bad"), "permanent", "request_refused"),
        (as_json({"error": {"code": "context_length_exceeded"}}, "400 Bad"), "permanent", "too_long"),
        (as_json({}, "401 No"), "permanent", "key_refused"),
        (as_json({}, "403 No"), "permanent", "key_refused"),
        (as_json({}, "404 No"), "permanent", "model_unknown"),
        (as_json({}, "408 Slow"), "transient", "server_failed"),
        (as_json({}, "413 Big"), "permanent", "too_long"),
        (as_json({"error": {"code": "insufficient_quota"}}, "429 No"), "permanent", "quota_used_up"),
        (as_json({}, "429 Slow down"), "rate_limited", "rate_limited"),
        (as_json({}, "500 Oops"), "transient", "server_failed"),
        (answer(b"<html>", "502 Bad", Content_Type="text/html"), "transient", "server_failed"),
        (as_json({}, "529 Overloaded"), "transient", "server_failed"),
        (as_json({}, "307 Elsewhere", Location="http://8.8.8.8/"), "permanent", "redirect_refused"),
        (answer(b"<html>hello</html>", Content_Type="text/html"), "permanent", "answer_type_wrong"),
        (answer(b'{"choices": [', Content_Type="application/json"), "transient", "answer_broken"),
        (answer(b"[" * 100_000, Content_Type="application/json"), "transient", "answer_broken"),
        (as_json({"choices": []}), "transient", "answer_broken"),
        (as_json({"choices": [{"message": None}]}), "transient", "answer_broken"),
        (as_json([1, 2]), "transient", "answer_broken"),
        (as_json(completion("")), "permanent", "answer_empty"),
        (as_json(completion("x", "content_filter")), "permanent", "model_declined"),
        (
            as_json({"choices": [{"message": {"refusal": "I will not", "content": None}}]}),
            "permanent",
            "model_declined",
        ),
        (answer(b" " * 4_500_000, Content_Type="application/json"), "permanent", "answer_too_large"),
        (answer(b"{}\n", Content_Type="application/json"), "transient", "answer_broken"),
    ],
)
async def test_what_can_go_wrong(reply: bytes, failure: str, code: str) -> None:
    failed = await fail(speak(reply), key="k-secret")
    assert (failed.failure, failed.code) == (failure, code)


async def test_who_can_help_with_a_wrong_key() -> None:
    assert "IT set up the connection" in (await fail(speak(as_json({}, "401 No")))).sentence


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("Mon, 05 Jan 2026 09:31:00 GMT", 60.0), ("soon", None)])
@pytest.mark.parametrize("status", ["429 Slow", "503 Busy"])
async def test_retry_after(status: str, header: str, seconds: float | None) -> None:
    assert (await fail(speak(as_json({}, status, Retry_After=header)))).retry_after == seconds


async def test_a_silent_server_is_given_up() -> None:
    async def silent(seen: Seen, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    failed = await fail(silent, timeout=0.2)
    assert (failed.failure, failed.code) == (FailureClass.TRANSIENT, "timed_out")


async def test_a_half_answer_is_transient_because_a_prompt_does_no_harm() -> None:
    async def half(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(as_json(completion("x"))[:-10])
        await writer.drain()
        writer.close()

    failed = await fail(half)
    assert (failed.failure, failed.code) == (FailureClass.TRANSIENT, "answer_broken")


async def test_nobody_there() -> None:
    models = Models({"default": connection(9)})
    with pytest.raises(NodeError) as caught:
        await models.ask(question())
    await models.aclose()
    assert (caught.value.failed.failure, caught.value.failed.code) == (FailureClass.TRANSIENT, "unreachable")


@pytest.mark.parametrize(
    "complaint",
    [
        {"error": {"message": "unsupported", "param": "response_format"}},
        {"error": {"message": "response_format.type json_schema is not supported by this model"}},
        {"detail": "Extra inputs: response_format"},
    ],
)
async def test_a_server_without_schemas_is_asked_without_and_remembered(complaint: dict[str, Any]) -> None:
    fine = as_json(completion({"city": "Rome", "count": 2}))
    async with Server(speak(as_json(complaint, "400 Bad"), fine, fine)) as server:
        models = Models({"default": connection(server.port)})
        assert (await models.ask(record_question())).record == {"city": "Rome", "count": 2}
        await models.ask(record_question())
        await models.aclose()
    assert ["response_format" in json.loads(seen.body) for seen in server.seen] == [True, False, False]


async def test_newer_models_take_other_words() -> None:
    def complain(part: str) -> bytes:
        return as_json({"error": {"message": f"Unsupported parameter: '{part}'", "param": part}}, "400 Bad")

    script = speak(complain("max_tokens"), complain("temperature"), as_json(completion("x")))
    _, sent = await ask(script, question())
    assert "temperature" not in sent[2]
    assert sent[2]["max_completion_tokens"] == 50
    _, (first,) = await ask(speak(as_json(completion("x"))), question(), provider="openai")
    assert first["max_completion_tokens"] == 50


async def test_a_server_that_does_not_count_is_counted_for() -> None:
    answered, _ = await ask(speak(as_json(completion("x" * 400, usage={"prompt_tokens": "many"}))), question())
    assert answered.usage.tokens_out == 100
    assert answered.usage.tokens_in > 0


async def test_no_more_questions_at_once_than_allowed() -> None:
    under_way, most, go = 0, 0, asyncio.Event()

    async def slow(seen: Seen, writer: asyncio.StreamWriter) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        if under_way == 2:
            go.set()
        await go.wait()
        under_way -= 1
        writer.write(as_json(completion("x")))

    async with Server(slow) as server:
        models = Models({"default": connection(server.port, max_concurrency=2)})
        await asyncio.gather(*(models.ask(question()) for _ in range(9)))
        await models.aclose()
    assert most == 2


async def test_an_unknown_connection_names_the_known_ones() -> None:
    models = Models({"default": connection(9)})
    with pytest.raises(NodeError, match="there are: default"):
        await models.ask(question(connection="gpt"))
    await models.aclose()
