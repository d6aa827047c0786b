"""tool.chat_message: posts a message to a channel, by a webhook of its own that is signed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, field_validator

from builder.sdk import (
    MAIN,
    AfterCrash,
    Context,
    CredentialName,
    Done,
    Effect,
    Effects,
    Failed,
    FailureClass,
    HttpAnswer,
    HttpRequest,
    Kind,
    NodeConfig,
    NodeError,
    NodeType,
    Outcome,
    Schema,
    Shapes,
    Template,
    free_record,
)

_ADDRESS = re.compile(r"https?://[^\s@\\#{}]{1,2000}\Z", re.IGNORECASE)
_LONGEST = 20_000


class ChatMessageConfig(NodeConfig):
    """Where it is posted, and what it says."""

    url: Annotated[
        str,
        StringConstraints(max_length=2_000),
        Field(title="Address", description="Of the channel's incoming webhook. A constant."),
    ]
    credential: Annotated[
        str,
        CredentialName(("webhook_secret",)),
        StringConstraints(max_length=200),
        Field(title="Secret", description="It signs the message, so that the receiver knows that it is ours."),
    ] = ""
    send_as: Annotated[
        Literal["standard", "text"],
        Field(
            title="Send it as",
            description="`standard`: an event with text and data; `text`: only a text, as chat programs take.",
        ),
    ] = "standard"
    text: Annotated[
        str,
        Template(scope="inputs"),
        StringConstraints(min_length=1, max_length=_LONGEST),
        Field(title="Message", description="{{ name }} puts an input in."),
    ]
    event: Annotated[
        str,
        StringConstraints(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*$", max_length=100),
        Field(title="Kind of event", description="What a receiver of standard events sorts by."),
    ] = "message.posted"
    timeout: Annotated[float, Field(gt=0, le=120, title="Longest wait, in seconds")] = 30.0

    @field_validator("url")
    @classmethod
    def _constant(cls, url: str) -> str:
        if not _ADDRESS.match(url):
            raise ValueError("an address begins with http:// or https:// and holds no hole, no #, no user and no space")
        return url


class ChatMessage(NodeType):
    """Posts one message."""

    name = "tool.chat_message"
    title = "Post a message"
    summary = "Posts a message to a chat channel or another system, signed."
    kind = Kind.TOOL
    effects = Effects(Effect.WRITE, external=True, after_crash=AfterCrash.UNSAFE)
    Config = ChatMessageConfig
    expects: ClassVar[Mapping[str, Schema]] = {"data": {"type": "object", "title": "Data"}}
    Out = free_record({
        "message_id": {"type": "string"},
        "status": {"type": "integer", "minimum": 200, "maximum": 299},
    })  # fmt: skip

    def narrow(self, config: ChatMessageConfig) -> Effects:
        """A standard event carries its id, by which its receiver knows it again."""
        if config.send_as == "standard":
            return Effects(Effect.WRITE, external=True, after_crash=AfterCrash.KEYED)
        return self.effects

    def shapes(self, config: ChatMessageConfig, inputs: Mapping[str, Schema]) -> Shapes:
        """`data` is a record and goes along in a standard event; all other inputs are for the text."""
        taken = dict(inputs)
        if "data" in taken and taken["data"].get("type") != "object":
            taken["data"] = {"type": "object"}
        return Shapes(free_record(taken), {MAIN.name: self.Out})

    async def run(self, config: ChatMessageConfig, inputs: Mapping[str, Any], context: Context) -> Outcome:
        """Writes the event, signs it with the moment of this attempt, and posts it."""
        text = context.render(config.text, dict(inputs))
        number = f"msg_{context.idempotency_key}"
        moment = context.now()
        said: dict[str, Any] = {"text": text}
        if config.send_as == "standard":
            data = {"text": text, **inputs.get("data", {})}
            said = {"type": config.event, "timestamp": moment.isoformat(), "data": data}
        body = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
        headers = [("Content-Type", "application/json"), ("webhook-id", number)]
        headers.append(("webhook-timestamp", str(int(moment.timestamp()))))
        if config.credential:
            secret = (await context.open_credential(config.credential, to=config.url)).get("secret", "")
            signature = sign(secret, number, int(moment.timestamp()), body)
            headers.append(("webhook-signature", signature))
        is_known = config.send_as == "standard"
        answer = await context.send(
            HttpRequest("POST", config.url, tuple(headers), body, timeout=config.timeout, repeatable=is_known)
        )
        if 200 <= answer.status < 300:
            return Done({"message_id": number, "status": answer.status})
        return _judge(answer, urlsplit(config.url).hostname or "", context, is_known=is_known)


def sign(secret: str, number: str, seconds: int, body: bytes) -> str:
    """The signature of Standard Webhooks, version 1: an HMAC over id, moment and body.

    Raises:
        NodeError: the secret is none (`whsec_` and base64 of 24 to 64 bytes).
    """
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not 24 <= len(key) <= 64:
        raise NodeError(
            Failed(
                FailureClass.PERMANENT, "credential_wrong", "The credential is no webhook secret: whsec_ and base64."
            )
        )
    said = hmac.digest(key, f"{number}.{seconds}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(said).decode()}"


def _judge(answer: HttpAnswer, host: str, context: Context, *, is_known: bool) -> Failed:
    """What an answer that is no success means for another try; a receiver that knows ids may be asked again."""
    wait, status = answer.retry_after(context.now()), answer.status
    sentence = f"{host} answered with status {status}."
    if status == 429:
        return Failed(FailureClass.RATE_LIMITED, "rate_limited", sentence, wait)
    if status == 503 and wait is not None:
        return Failed(FailureClass.TRANSIENT, "server_failed", sentence, wait)
    if status >= 500:
        if is_known:
            return Failed(FailureClass.TRANSIENT, "server_failed", sentence, wait)
        kind = FailureClass.UNCERTAIN if status in (502, 504) else FailureClass.PERMANENT
        return Failed(kind, "server_failed", sentence)
    return Failed(FailureClass.PERMANENT, "status_not_success", sentence)


NODE = ChatMessage()
