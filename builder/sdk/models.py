"""What a prompt node says to a model, and what comes back. Nodes never import a vendor."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

from builder.sdk.outcomes import Usage
from builder.sdk.values import JSON, Schema


@dataclass(frozen=True, slots=True)
class Choice:
    """One label a classification may give."""

    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One question to one model connection.

    Attributes:
        connection: name of the model connection (`default`).
        task: what is asked for. A real model reads `instructions` and `text`; the built-in practice model works from
            `task`, `text`, `choices` and `schema`.
        instructions: what the model is told to do.
        text: what it is to do it on.
        choices: the labels, for `classify`.
        schema: schema (an object) that the answer must fit; None for free text.
        max_tokens: upper bound on the answer.
        temperature: 0 to 2.
        key: idempotency key of the step, stable over attempts.
        asker: run and step that ask, for the log of whoever lends the connection's key; the run itself writes it.
    """

    connection: str
    task: Literal["complete", "classify", "extract"]
    instructions: str
    text: str
    choices: tuple[Choice, ...] = ()
    schema: Schema | None = None
    max_tokens: int = 2_000
    temperature: float = 0.0
    key: str = ""
    asker: str = ""


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """What the model said: `text` always; `record` when a schema was asked for (already validated against it)."""

    text: str
    usage: Usage
    record: JSON = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One call to the outside, made by the guarded egress client.

    Attributes:
        timeout: seconds for the whole call, redirects and the body included.
        max_bytes: longest body that is read, after decompression.
        accept: media types a successful answer may have (`application/*+json`, `text/*`); empty: any.
        repeatable: sending it twice does no harm (a prompt, a write with an idempotency key), so a lost answer is
            `transient`, not `uncertain`.
        credential: name of the credential that is added on the way out; the node never sees it. Empty: none.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    timeout: float = 30.0
    max_bytes: int = 2_000_000
    accept: tuple[str, ...] = ()
    repeatable: bool = False
    credential: str = ""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back: status, headers (names in lower case) and the body, cut never: too large is an error."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first header of this name (lower case), or None."""
        return next((value for key, value in self.headers if key == name), None)

    def retry_after(self, now: datetime) -> float | None:
        """Seconds that the other side asks us to wait (`Retry-After`: seconds or an HTTP date), at most a day."""
        text = (self.header("retry-after") or "").strip()
        if text.isdecimal() and text.isascii():
            seconds = float(text[:9])
        else:
            try:
                moment = parsedate_to_datetime(text)
            except ValueError:
                return None
            seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now.timestamp()
        return min(max(seconds, 0.0), 86_400.0)


Send = Callable[[HttpRequest], Awaitable[HttpAnswer]]
"""A way out: one call, and its answer. Raises NodeError."""
