"""tool.http_request: calls an address of another system."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import quote, unquote, urlencode, urlsplit

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

_CONSTANT_HOST = re.compile(r"https?://[^/?#{}\s@\\]+(?=[/?]|\Z)", re.IGNORECASE)
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}\Z")
_HEADER_TEXT = re.compile(r"[\x20-\x7e]{0,2000}\Z")
_SECRET_NAME = re.compile(r"authorization|cookie|token|secret|api[-_]?key|password|signature|\bauth\b", re.IGNORECASE)
_OWN_NAMES = frozenset(
    ("idempotency-key", "host", "content-length", "connection", "transfer-encoding", "accept-encoding")
)
_KEPT_BACK = frozenset(("set-cookie", "set-cookie2", "www-authenticate", "proxy-authenticate"))
_ACCEPT = ("application/json", "application/*+json", "text/*", "application/xml", "application/*+xml")
_READS = frozenset(("GET", "HEAD"))


class HttpRequestConfig(NodeConfig):
    """Where to, and what counts as success."""

    method: Annotated[Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"], Field(title="Method")] = "POST"
    url: Annotated[
        str,
        Template(scope="inputs"),
        StringConstraints(max_length=2_000),
        Field(
            title="Address",
            description="{{ name }} puts an input in, behind the host; percent-encoded, it stays one part.",
        ),
    ]
    headers: dict[str, str] = Field(default_factory=dict, title="Headers", max_length=50)
    body_as: Annotated[Literal["json", "text", "form"], Field(title="Send the body as")] = "json"
    success: Annotated[
        tuple[Annotated[int, Field(ge=100, le=599)], ...],
        Field(title="Success", description="Statuses that are fine; without any, 200 to 299."),
    ] = ()
    timeout: Annotated[float, Field(gt=0, le=300, title="Longest wait, in seconds")] = 30.0
    credential: Annotated[
        str,
        CredentialName(kinds=("http_bearer", "http_basic", "http_header", "oauth2_client")),
        StringConstraints(max_length=64),
        Field(title="Credential", description="Added on the way out; this step never sees it."),
    ] = ""
    idempotent: Annotated[
        bool,
        Field(title="Takes idempotency keys", description="The receiver does a request once however often it comes."),
    ] = False

    @field_validator("url")
    @classmethod
    def _host_is_constant(cls, url: str) -> str:
        if not _CONSTANT_HOST.match(url):
            raise ValueError("an address begins with http:// or https:// and a host, in which no hole may stand")
        if "#" in url or re.search(r"[\s\\]", url.partition("{{")[0]):
            raise ValueError("an address holds no #, no backslash and no space")
        return url

    @field_validator("headers")
    @classmethod
    def _no_secrets(cls, headers: dict[str, str]) -> dict[str, str]:
        for name, value in headers.items():
            if not _HEADER_NAME.match(name) or not _HEADER_TEXT.match(value):
                raise ValueError(f"the header {name[:40]!r} holds characters that no header may hold")
            if _SECRET_NAME.search(name):
                raise ValueError(f"the header {name!r} carries a secret; secrets do not stand in a workflow")
            if name.lower() in _OWN_NAMES:
                raise ValueError(f"the header {name!r} is written for you")
        return headers


class HttpRequestNode(NodeType):
    """Sends one request through the guarded way out, and gives the answer."""

    name = "tool.http_request"
    expects: ClassVar[Mapping[str, Schema]] = {"body": {"title": "Body"}}
    title = "HTTP request"
    summary = "Calls an address of another system."
    kind = Kind.TOOL
    effects = Effects(Effect.WRITE, external=True, after_crash=AfterCrash.UNSAFE)
    emits = frozenset({"untrusted"})
    Config = HttpRequestConfig
    Out = free_record({
        "status": {"type": "integer", "minimum": 100, "maximum": 599},
        "body": {},
        "headers": {"type": "object", "additionalProperties": {"type": "string"}},
    })  # fmt: skip

    def narrow(self, config: HttpRequestConfig) -> Effects:
        """GET and HEAD only read; a receiver that takes idempotency keys may be asked again."""
        if config.method in _READS:
            return Effects(Effect.READ, external=True, after_crash=AfterCrash.RETRY_SAFE)
        if config.idempotent:
            return Effects(Effect.WRITE, external=True, after_crash=AfterCrash.KEYED)
        return self.effects

    def shapes(self, config: HttpRequestConfig, inputs: Mapping[str, Schema]) -> Shapes:
        """`query` is a record; `body` goes with methods that write; all other inputs are for the address."""
        taken = {name: schema for name, schema in inputs.items() if name != "body" or config.method not in _READS}
        if "query" in taken:
            taken["query"] = {"type": "object"}
        if "body" in taken and config.body_as != "json":
            taken["body"] = {"type": "string" if config.body_as == "text" else "object"}
        return Shapes(free_record(taken), {MAIN.name: self.Out})

    async def run(self, config: HttpRequestConfig, inputs: Mapping[str, Any], context: Context) -> Outcome:
        """One request, and what its status means."""
        body, media_type = _encode_body(config, inputs)
        headers = dict(config.headers)
        if media_type and not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = media_type
        if config.method not in _READS:
            headers["Idempotency-Key"] = context.idempotency_key
        url = _render_url(config, inputs, context)
        answer = await context.send(
            HttpRequest(
                config.method,
                url,
                tuple(headers.items()),
                body,
                timeout=config.timeout,
                accept=_ACCEPT,
                repeatable=config.idempotent,
                credential=config.credential,
            )
        )
        if answer.status in config.success or (not config.success and 200 <= answer.status < 300):
            shown = {name: value for name, value in answer.headers if name not in _KEPT_BACK}
            return Done({"status": answer.status, "body": _read_body(answer), "headers": shown})
        return _judge_status(config, url, answer, context)


def _judge_status(config: HttpRequestConfig, url: str, answer: HttpAnswer, context: Context) -> Failed:
    """What an answer that is no success means for another try.

    429, and 503 with a time to come back, say that nothing was done. Other server errors are transient where a
    repetition does no harm. On a write without idempotency keys, 502 and 504 come from a gateway that does not know
    what its server did: uncertain. A server that itself says that it failed (500 and the rest) is believed: permanent.
    """
    host = urlsplit(url).hostname
    wait = answer.retry_after(context.now())
    status = answer.status
    sentence = f"{host} answered with status {status}."
    if status == 429:
        return Failed(FailureClass.RATE_LIMITED, "rate_limited", sentence, wait)
    if status == 503 and wait is not None:
        return Failed(FailureClass.TRANSIENT, "server_failed", sentence, wait)
    harmless = config.method in _READS or config.idempotent
    if status >= 500:
        if harmless:
            return Failed(FailureClass.TRANSIENT, "server_failed", sentence, wait)
        if status in (502, 504):
            unknown = f"{sentence} Whether the request was carried out is not known."
            return Failed(FailureClass.UNCERTAIN, "server_failed", unknown)
        return Failed(FailureClass.PERMANENT, "server_failed", sentence)
    if status in (408, 425) and harmless:
        return Failed(FailureClass.TRANSIENT, "server_busy", sentence, wait)
    if 300 <= status < 400:
        return Failed(
            FailureClass.PERMANENT, "redirected", f"{sentence} It points elsewhere; put the final address in the step."
        )
    return Failed(FailureClass.PERMANENT, "status_not_success", sentence)


def _render_url(config: HttpRequestConfig, inputs: Mapping[str, Any], context: Context) -> str:
    """The address with its holes filled; what is put in can neither leave its part of the path nor change the host."""
    url = config.url
    if "{{" in url:
        url = context.render(url, _quoted(dict(inputs)))
    path = url.partition("?")[0]
    if any(unquote(part) in (".", "..") for part in path.split("/")[3:]):
        raise NodeError(Failed(FailureClass.PERMANENT, "url_wrong", "A part of the address would be `.` or `..`."))
    query = inputs.get("query")
    if query:
        url += ("&" if "?" in url else "?") + urlencode(list(_pairs(query)))
    return url


def _quoted(value: Any) -> Any:
    """Every text in a value, percent-encoded."""
    if isinstance(value, str):
        return quote(value, safe="")
    if isinstance(value, list):
        return [_quoted(item) for item in value]
    if isinstance(value, dict):
        return {name: _quoted(item) for name, item in value.items()}
    return value


def _pairs(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A record as the pairs of a query or form: lists repeat, null is left out."""
    for name, value in record.items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict | list):
                raise NodeError(
                    Failed(
                        FailureClass.PERMANENT, "query_wrong", f"{name!r} is a record, which no query or form can hold."
                    )
                )
            if each is not None:
                yield name, each if isinstance(each, str) else json.dumps(each)


def _encode_body(config: HttpRequestConfig, inputs: Mapping[str, Any]) -> tuple[bytes | None, str]:
    if "body" not in inputs:
        return None, ""
    body = inputs["body"]
    if config.body_as == "text":
        return body.encode(), "text/plain; charset=utf-8"
    if config.body_as == "form":
        return urlencode(list(_pairs(body))).encode(), "application/x-www-form-urlencoded"
    return json.dumps(body, ensure_ascii=False).encode(), "application/json"


def _read_body(answer: HttpAnswer) -> Any:
    """JSON as data, other text as text, nothing as null."""
    if not answer.body:
        return None
    media_type, _, rest = (answer.header("content-type") or "").partition(";")
    if media_type.strip().lower().endswith("json"):
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError):
            raise NodeError(
                Failed(FailureClass.PERMANENT, "answer_unreadable", "The answer says that it is JSON, and is not.")
            ) from None
    named = re.search(r"charset=\"?([\w-]+)", rest)
    try:
        text = answer.body.decode(named[1] if named else "utf-8", "replace")
    except LookupError:
        text = answer.body.decode("utf-8", "replace")
    return text.replace("\x00", "")


NODE = HttpRequestNode()
