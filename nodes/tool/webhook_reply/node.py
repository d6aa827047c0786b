"""tool.webhook_reply: what whoever called the run's webhook and waits is answered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field, field_validator

from builder.sdk import MAIN, Context, Done, Effects, Kind, NodeConfig, NodeType, Outcome, Schema, Shapes, free_record

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}\Z")
_TEXT = re.compile(r"[\x20-\x7e]{0,2000}\Z")
_OURS = re.compile(
    r"(set-cookie2?|content-(length|type|encoding|disposition|security-policy)|transfer-encoding|connection|location|"
    r"host|date|server|upgrade|trailer|access-control-.*|strict-transport-security|webhook-.*|x-.*-options|"
    r"www-authenticate|proxy-.*|cross-origin-.*|refresh|clear-site-data|alt-svc|"
    r"x-(accel|lighttpd|litespeed|reproxy)-.*|x-sendfile.*)\Z",  # by these a proxy in front serves its own files
    re.IGNORECASE,
)


class WebhookReplyConfig(NodeConfig):
    """What the answer looks like around its body."""

    status: Annotated[int, Field(ge=200, le=599, title="Status", description="200 says that all is well.")] = 200
    headers: dict[str, str] = Field(default_factory=dict, title="Headers", max_length=20)

    @field_validator("status")
    @classmethod
    def _answers(cls, status: int) -> int:
        if 300 <= status < 400:
            raise ValueError("an answer does not send its caller elsewhere: 200 to 299, or 400 to 599")
        return status

    @field_validator("headers")
    @classmethod
    def _harmless(cls, headers: dict[str, str]) -> dict[str, str]:
        for name, value in headers.items():
            if not _NAME.match(name) or not _TEXT.match(value):
                raise ValueError(f"the header {name[:40]!r} holds characters that no header may hold")
            if _OURS.match(name):
                raise ValueError(f"the header {name!r} is written for you, or may not come from a workflow")
        return headers


class WebhookReply(NodeType):
    """Answers whoever called the webhook."""

    name = "tool.webhook_reply"
    title = "Answer the webhook"
    summary = "Answers whoever called the run's webhook and waits."
    kind = Kind.TOOL
    effects = Effects()
    replies = True
    Config = WebhookReplyConfig
    expects: ClassVar[Mapping[str, Schema]] = {"body": {"title": "Body"}}
    Out = free_record({
        "status": {"type": "integer", "minimum": 200, "maximum": 599},
        "headers": {"type": "object", "additionalProperties": {"type": "string"}},
        "body": {},
    })  # fmt: skip

    def shapes(self, config: WebhookReplyConfig, inputs: Mapping[str, Schema]) -> Shapes:
        """`body` may be anything; it is given on as it is."""
        taken = {"body": inputs["body"]} if "body" in inputs else {}
        properties: dict[str, Schema] = {**self.Out["properties"], "body": inputs.get("body", {"type": "null"})}
        return Shapes(free_record(taken), {MAIN.name: free_record(properties)})

    async def run(self, config: WebhookReplyConfig, inputs: Mapping[str, Any], context: Context) -> Outcome:
        """The answer, as a record; the webhook takes it from there."""
        return Done({"status": config.status, "headers": dict(config.headers), "body": inputs.get("body")})


NODE = WebhookReply()
