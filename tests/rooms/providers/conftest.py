"""Requests to ask with, and servers that speak a vendor's protocol, well or badly."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from builder.providers import Connection
from builder.sdk import Choice, ModelRequest
from tests.rooms.loopback import Seen, answer

SHAPE = {
    "type": "object",
    "properties": {"city": {"type": "string", "labels": ["personal"]}, "count": {"type": "integer", "minimum": 0}},
    "required": ["city", "count"],
    "additionalProperties": False,
}


def question(**changes: Any) -> ModelRequest:
    given: dict[str, Any] = {
        "connection": "default", "task": "complete", "instructions": "Be brief.", "text": "What is up?",
        "max_tokens": 50,
    }  # fmt: skip
    return ModelRequest(**given | changes)


def record_question(**changes: Any) -> ModelRequest:
    return question(task="extract", text="Two in Rome", schema=SHAPE, **changes)


def label_question(text: str, *names: str, **changes: Any) -> ModelRequest:
    return question(task="classify", text=text, choices=tuple(Choice(name) for name in names), **changes)


def connection(port: int, **changes: Any) -> Connection:
    given: dict[str, Any] = {
        "name": "default", "provider": "openai-compatible", "model": "m", "base_url": f"http://127.0.0.1:{port}/v1",
        "price_in": 1.0, "price_out": 10.0, "timeout": 20.0,
    }  # fmt: skip
    return Connection(**given | changes)


def completion(content: Any, finish: str = "stop", **changes: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": content if isinstance(content, str) else json.dumps(content)}
    return {
        "id": "x", "model": "m-2026", "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20},
    } | changes  # fmt: skip


def as_json(body: Any, status: str = "200 OK", **headers: str) -> bytes:
    return answer(json.dumps(body).encode(), status, Content_Type="application/json", **headers)


def speak(*answers: bytes) -> Callable[[Seen, asyncio.StreamWriter], Awaitable[None]]:
    """A script that gives one answer after the other, the last again and again."""
    left = list(answers)

    async def script(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(left.pop(0) if len(left) > 1 else left[0])

    return script


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
