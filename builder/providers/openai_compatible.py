"""Chat completions over plain HTTP: OpenAI, Ollama, vLLM, llama.cpp and every gateway that speaks the same.

Servers differ in what they take. A request starts with everything we would like to say; when a server refuses one
optional part (a schema for the answer, a temperature, the older name of the token limit), that part is left out and the
server remembered, so that the next question starts where this one ended.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from builder.providers.connections import Connection
from builder.providers.refusals import judge_refusal
from builder.providers.speech import Prompt, Reply, Sender, fail, plain_schema
from builder.sdk import JSON, FailureClass, HttpAnswer, HttpRequest

MAX_ANSWER_BYTES = 4_000_000
_ACCEPT = ("application/json", "application/*+json")
_OPTIONAL = ("response_format", "temperature", "max_completion_tokens", "max_tokens")


class OpenAICompatible:
    """The adapter. It remembers, per connection, which optional parts its server refused."""

    def __init__(self, sender: Sender, now: Callable[[], datetime]) -> None:
        self._sender = sender
        self._now = now
        self._refused: dict[tuple[str, str], frozenset[str]] = {}

    async def reply(self, connection: Connection, prompt: Prompt) -> Reply:
        """One turn. Raises NodeError."""
        known = (connection.base_url, connection.model)
        while True:
            refused = self._refused.get(known, frozenset())
            request = _request(connection, prompt, refused)
            answer = await self._sender.send(request)
            body = _read_json(answer)
            if answer.status == 200:
                return _read_reply(connection, body)
            part = _refused_part(answer.status, body, json.loads(request.body or b"{}"))
            if part is None:
                raise judge_refusal(connection, answer, body, self._now())
            self._refused[known] = refused | {part}


def _request(connection: Connection, prompt: Prompt, refused: frozenset[str]) -> HttpRequest:
    body: dict[str, Any] = {
        "model": connection.model,
        "messages": [{"role": "system", "content": prompt.instructions}]
        + [{"role": role, "content": text} for role, text in prompt.turns],
    }
    if "temperature" not in refused:
        body["temperature"] = prompt.temperature
    if connection.provider == "openai" and "max_completion_tokens" not in refused:
        body["max_completion_tokens"] = prompt.max_tokens
    elif "max_tokens" not in refused:
        body["max_tokens"] = prompt.max_tokens
    elif "max_completion_tokens" not in refused:
        body["max_completion_tokens"] = prompt.max_tokens
    if prompt.schema is not None and "response_format" not in refused:
        schema = plain_schema(prompt.schema)
        shape = {"name": "answer", "schema": schema, "strict": _is_strict(schema)}
        body["response_format"] = {"type": "json_schema", "json_schema": shape}
    headers = [("Content-Type", "application/json"), ("Accept", "application/json")]
    if connection.key:
        headers.append(("Authorization", f"Bearer {connection.key}"))
    return HttpRequest(
        "POST",
        f"{connection.base_url.rstrip('/')}/chat/completions",
        tuple(headers),
        json.dumps(body).encode(),
        timeout=connection.timeout,
        max_bytes=MAX_ANSWER_BYTES,
        accept=_ACCEPT,
        repeatable=True,
    )


def _is_strict(schema: Any) -> bool:
    """Whether OpenAI's strict mode takes the schema: every object closed, every field required."""
    if not isinstance(schema, dict):
        return True
    if "oneOf" in schema or not schema:
        return False
    if "object" in (schema.get("type"), *(schema["type"] if isinstance(schema.get("type"), list) else ())):
        fields = schema.get("properties", {})
        if schema.get("additionalProperties") is not False or set(schema.get("required", ())) != set(fields):
            return False
        return all(map(_is_strict, fields.values()))
    return "items" not in schema or _is_strict(schema["items"])


def _read_json(answer: HttpAnswer) -> JSON:
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None


def _refused_part(status: int, body: JSON, sent: dict[str, Any]) -> str | None:
    """The optional part of the request that a 400 complains about, if it names one."""
    if status not in (400, 422) or not isinstance(body, dict):
        return None
    error = body.get("error", body.get("detail", body))
    named = error.get("param") if isinstance(error, dict) else None
    text = json.dumps(error, ensure_ascii=False)[:4_000]
    for part in _OPTIONAL:
        if part in sent and (named == part or (isinstance(named, str) and named.startswith(f"{part}."))):
            return part
    for part in _OPTIONAL:
        if part in sent and (part in text or (part == "response_format" and "json_schema" in text)):
            return part
    return None


def _read_reply(connection: Connection, body: JSON) -> Reply:
    """Takes the answer out of its wrapping, trusting none of it."""
    try:
        choice = body["choices"][0]
        message = choice["message"]
        finish = choice.get("finish_reason")
        content, declined = message.get("content"), message.get("refusal")
    except (KeyError, IndexError, TypeError, AttributeError):
        raise fail(
            FailureClass.TRANSIENT,
            "answer_broken",
            f"The model connection {connection.name!r} gave an answer that cannot be read.",
        ) from None
    if declined or finish == "content_filter":
        raise fail(
            FailureClass.PERMANENT, "model_declined", f"The model behind {connection.name!r} declined to answer."
        )
    if isinstance(content, list):
        content = "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    usage = body.get("usage")
    counted = usage if isinstance(usage, dict) else {}
    model = body.get("model")
    return Reply(
        text=content if isinstance(content, str) else "",
        model=model if isinstance(model, str) and 0 < len(model) <= 100 else connection.model,
        tokens_in=_count(counted.get("prompt_tokens")),
        tokens_out=_count(counted.get("completion_tokens")),
        whole=finish != "length",
    )


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 40 else None
