"""Adding a credential to a request, on its way out: the node never sees it."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode

from builder.credentials.ports import Send
from builder.credentials.schemas import Opened
from builder.sdk import Failed, FailureClass, HttpRequest, NodeError

EARLY = 30.0
"""Seconds before its end at which a token counts as over."""
USUAL_LIFE = 300.0
"""Seconds that a token holds whose server does not say."""
_MOST_TOKENS = 500


def fail_use(code: str, sentence: str, failure: FailureClass = FailureClass.PERMANENT) -> NodeError:
    """The failure of a step that cannot use a credential; it never holds what a credential holds."""
    return NodeError(Failed(failure, code, sentence))


def add_header(request: HttpRequest, name: str, value: str) -> HttpRequest:
    """The request with this header instead of any of its name."""
    kept = tuple(each for each in request.headers if each[0].lower() != name.lower())
    return replace(request, headers=(*kept, (name, value)), credential="")


def encode_basic(user: str, password: str) -> str:
    """The value of an Authorization header (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    until: float


class Signer:
    """Signs requests; keeps the tokens that it fetched, in the memory of this process only."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._tokens: dict[tuple[int, int], _Token] = {}
        self._fetching: dict[tuple[int, int], asyncio.Lock] = {}

    async def sign(self, request: HttpRequest, opened: Opened) -> HttpRequest:
        """The request with a credential added. Raises NodeError."""
        fields = opened.fields
        match opened.row.kind:
            case "http_bearer":
                return add_header(request, "Authorization", f"Bearer {fields['token']}")
            case "http_basic":
                return add_header(request, "Authorization", encode_basic(fields["user"], fields["password"]))
            case "http_header":
                return add_header(request, fields["header"], fields["value"])
            case "oauth2_client":
                return add_header(request, "Authorization", f"Bearer {await self._find_token(opened)}")
        said = f"The credential “{opened.row.name}” is of the kind {opened.row.kind}, which no request is signed with."
        raise fail_use("credential_kind", said)

    async def _find_token(self, opened: Opened) -> str:
        key = (opened.row.id, opened.row.version)
        async with self._fetching.setdefault(key, asyncio.Lock()):
            known = self._tokens.get(key)
            if known is None or time.monotonic() >= known.until:
                if len(self._tokens) >= _MOST_TOKENS:
                    self._tokens.pop(next(iter(self._tokens)))
                known = self._tokens[key] = await fetch_token(opened, self._send)
            return known.text


async def fetch_token(opened: Opened, send: Send) -> _Token:
    """A token by the client credentials grant (RFC 6749, 4.4). Raises NodeError."""
    fields, name = opened.fields, opened.row.name
    form: dict[str, str] = {"grant_type": "client_credentials"}
    headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")]
    if fields.get("scope"):
        form["scope"] = fields["scope"]
    if fields.get("send_as") == "body":
        form |= {"client_id": fields["client_id"], "client_secret": fields["client_secret"]}
    else:
        both = (quote(fields["client_id"], safe=""), quote(fields["client_secret"], safe=""))
        headers.append(("Authorization", encode_basic(*both)))
    request = HttpRequest(
        "POST", fields["token_url"], tuple(headers), urlencode(form).encode(), max_bytes=100_000,
        accept=("application/json", "application/*+json"), repeatable=True,
    )  # fmt: skip
    answer = await send(request)
    if answer.status >= 500 or answer.status == 429:
        said = f"The server that gives tokens for the credential “{name}” answered with status {answer.status}."
        raise fail_use("token_refused", said, FailureClass.TRANSIENT)
    body = _read_token(answer.body) if answer.status == 200 else None
    if body is None:
        said = f"The server that gives tokens for the credential “{name}” gave none (status {answer.status})."
        raise fail_use("token_refused", said)
    life = body.get("expires_in", USUAL_LIFE)
    seconds = float(life) if isinstance(life, int | float) and not isinstance(life, bool) else USUAL_LIFE
    return _Token(str(body["access_token"]), time.monotonic() + max(0.0, min(seconds, 86_400.0) - EARLY))


def _read_token(body: bytes) -> Mapping[str, object] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    text = found.get("access_token") if isinstance(found, dict) else None
    fits = isinstance(text, str) and text and text.isascii() and text.isprintable()
    return found if isinstance(found, dict) and fits else None
