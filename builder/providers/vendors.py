"""Anthropic and all the others that pydantic-ai speaks to, through the same guarded client as everything else.

A vendor's library thinks it has an HTTP client of its own. What it has is a bridge: each of its requests becomes one
of ours. Its own retries are switched off, because the run decides about retries and counts them.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from builder.providers.connections import Connection
from builder.providers.openai_compatible import MAX_ANSWER_BYTES
from builder.providers.refusals import judge_refusal
from builder.providers.speech import Prompt, Reply, Sender, fail, plain_schema
from builder.sdk import FailureClass, HttpAnswer, HttpRequest, NodeError

_ANSWER_TOOL = "answer"
_NO_ANSWER = 599
_LEFT_OUT = frozenset(("host", "content-length", "connection", "accept-encoding", "transfer-encoding"))


class Vendors:
    """The adapter over pydantic-ai."""

    def __init__(self, sender: Sender, now: Callable[[], datetime]) -> None:
        self._sender = sender
        self._now = now

    async def reply(self, connection: Connection, prompt: Prompt) -> Reply:
        """One turn. Raises NodeError."""
        library = await asyncio.to_thread(_load_library)  # seconds the first time, during which the loop must go on
        bridge = _Bridge(self._sender, connection.timeout)
        async with bridge.client() as client:
            model = await asyncio.to_thread(_model, connection, client)
            try:
                response = await library.direct.model_request(
                    model,
                    _messages(prompt),
                    model_settings={"max_tokens": prompt.max_tokens, "temperature": prompt.temperature},
                    model_request_parameters=_parameters(prompt),
                    instrument=False,
                )
            except Exception as error:  # each vendor's library has classes of its own for what its wire did
                raise self._judge(connection, bridge) from error
        return _read_response(connection, response)

    def _judge(self, connection: Connection, bridge: _Bridge) -> NodeError:
        """What went wrong, told by what passed the bridge rather than by a library's wording."""
        if bridge.failure is not None:
            return bridge.failure
        if bridge.answer is not None and bridge.answer.status != 200:
            try:
                body = json.loads(bridge.answer.body)
            except (ValueError, RecursionError):
                body = None
            return judge_refusal(connection, bridge.answer, body, self._now())
        if bridge.answer is not None:
            return fail(
                FailureClass.TRANSIENT,
                "answer_broken",
                f"The model connection {connection.name!r} gave an answer that cannot be read.",
            )
        return fail(
            FailureClass.PERMANENT,
            "request_refused",
            f"The library for {connection.provider!r} could not make a request for {connection.model!r}. "
            "IT can correct the connection.",
        )


class _Bridge:
    """One question's way out: the last answer and failure that passed."""

    def __init__(self, sender: Sender, seconds: float) -> None:
        self._sender = sender
        self._seconds = seconds
        self.answer: HttpAnswer | None = None
        self.failure: NodeError | None = None

    def client(self) -> Any:
        """The HTTP client that the vendor's library is given."""
        import httpx2  # heavy: pydantic-ai's HTTP library, only needed with it

        bridge = self

        class Transport(httpx2.AsyncBaseTransport):
            async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
                await request.aread()
                status, headers, body = await bridge.pass_on(
                    request.method, str(request.url), request.headers.multi_items(), request.content
                )
                return httpx2.Response(status, headers=headers, content=body, request=request)

        return httpx2.AsyncClient(transport=Transport(), follow_redirects=False, trust_env=False)

    async def pass_on(
        self, method: str, url: str, headers: list[tuple[str, str]], body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        """Sends a library's request through the guarded client; a failure becomes an answer nobody retries."""
        kept = tuple((name, value) for name, value in headers if name.lower() not in _LEFT_OUT)
        try:
            self.answer = await self._sender.send(
                HttpRequest(
                    method, url, kept, body, timeout=self._seconds, max_bytes=MAX_ANSWER_BYTES,
                    accept=("application/json", "application/*+json"), repeatable=True,
                )
            )  # fmt: skip
        except NodeError as error:
            self.failure = error
            return _NO_ANSWER, [("x-should-retry", "false")], b"{}"
        received = [(name, value) for name, value in self.answer.headers if name == "content-type"]
        return self.answer.status, [*received, ("x-should-retry", "false")], self.answer.body


def _load_library() -> Any:
    import pydantic_ai.direct  # heavy: half a second, more with a vendor's own library; loaded on first use

    return pydantic_ai


def _model(connection: Connection, client: Any) -> Any:
    from pydantic_ai import models, providers  # heavy: see _load_library

    given: dict[str, Any] = {"api_key": connection.key, "http_client": client}
    if connection.base_url:
        given["base_url"] = connection.base_url
    try:
        return models.infer_model(
            f"{connection.provider}:{connection.model}",
            provider_factory=lambda name: providers.infer_provider_class(name)(**given),
        )
    except Exception as error:  # an unknown provider, a missing extra, a wrong name: each library has its own class
        raise fail(
            FailureClass.PERMANENT,
            "provider_unusable",
            f"The provider {connection.provider!r} of the model connection {connection.name!r} cannot be used here. "
            "IT can choose another, or install the provider's library.",
        ) from error


def _messages(prompt: Prompt) -> list[Any]:
    from pydantic_ai import messages  # heavy: see _load_library

    told: list[Any] = [messages.SystemPromptPart(prompt.instructions)]
    said: list[Any] = []
    for role, text in prompt.turns:
        if role == "user":
            said.append(messages.ModelRequest([*told, messages.UserPromptPart(text)]))
            told = []
        else:
            said.append(messages.ModelResponse([messages.TextPart(text)]))
    return said


def _parameters(prompt: Prompt) -> Any:
    from pydantic_ai import models, tools  # heavy: see _load_library

    if prompt.schema is None:
        return models.ModelRequestParameters()
    tool = tools.ToolDefinition(
        name=_ANSWER_TOOL,
        description="Give the answer.",
        parameters_json_schema=plain_schema(prompt.schema),
        kind="output",
    )
    return models.ModelRequestParameters(output_mode="tool", output_tools=[tool], allow_text_output=False)


def _read_response(connection: Connection, response: Any) -> Reply:
    if response.finish_reason == "content_filter":
        raise fail(
            FailureClass.PERMANENT, "model_declined", f"The model behind {connection.name!r} declined to answer."
        )
    calls = [part for part in response.parts if part.part_kind == "tool-call" and part.tool_name == _ANSWER_TOOL]
    texts = [part.content for part in response.parts if part.part_kind == "text"]
    usage = response.usage
    return Reply(
        text=calls[0].args_as_json_str() if calls else "".join(texts),
        model=response.model_name or connection.model,
        tokens_in=usage.input_tokens or None,
        tokens_out=usage.output_tokens or None,
        whole=response.finish_reason != "length",
    )
