"""tool.chat_message: its examples hold, the signature is the published one, and each attempt carries the same id."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from builder.sdk import AfterCrash, HttpAnswer
from builder.sdk.testing import TestContext, check_examples
from nodes.tool.chat_message.node import NODE, ChatMessageConfig, sign

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_examples_hold() -> None:
    assert check_examples(Path(__file__).parent) == 6


def test_the_signature_is_that_of_the_published_vector() -> None:
    said = sign(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert said == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def post(context: TestContext, **config: Any) -> dict[str, Any]:
    made = ChatMessageConfig(url="https://chat.example/hook", text="Hi {{ name }}", **config)
    outcome: Any = asyncio.run(NODE.run(made, {"name": "Ann\n", "data": {"id": 7}}, context))
    found: dict[str, Any] = outcome.output
    return found


def test_what_is_posted_is_what_was_signed() -> None:
    context = TestContext(credentials={"chat": {"secret": SECRET}}, answers=[HttpAnswer(200, (), b"")] * 2)
    first = post(context, credential="chat")
    context.present = datetime(2026, 1, 5, 9, 40, tzinfo=UTC)
    assert post(context, credential="chat")["message_id"] == first["message_id"]
    sent = context.sent[0]
    headers = dict(sent.headers)
    assert json.loads(sent.body or b"") == {
        "type": "message.posted", "timestamp": "2026-01-05T09:30:00+00:00", "data": {"text": "Hi Ann\n", "id": 7}
    }  # fmt: skip
    seconds = int(headers["webhook-timestamp"])
    assert headers["webhook-signature"] == sign(SECRET, headers["webhook-id"], seconds, sent.body or b"")
    assert int(dict(context.sent[1].headers)["webhook-timestamp"]) == seconds + 600
    assert all(each.repeatable for each in context.sent)
    assert SECRET[6:] not in str(context.sent)


def test_a_plain_text_is_posted_as_chat_programs_take_it() -> None:
    context = TestContext(answers=[HttpAnswer(200, (), b"ok")])
    post(context, send_as="text")
    assert json.loads(context.sent[0].body or b"") == {"text": "Hi Ann\n"}
    assert not context.sent[0].repeatable


def test_what_a_step_says_of_itself_follows_the_receiver() -> None:
    ways = {way: NODE.narrow(ChatMessageConfig(url="https://a.example/", text="x", send_as=way)).after_crash
            for way in ("standard", "text")}  # fmt: skip
    assert ways == {"standard": AfterCrash.KEYED, "text": AfterCrash.UNSAFE}
