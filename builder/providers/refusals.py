"""What a model server's refusal means: which class, and who can help.

A body is never quoted: servers repeat the prompt in their complaints. Only a short code word is.
"""

from __future__ import annotations

import re
from datetime import datetime

from builder.providers.connections import Connection
from builder.providers.speech import fail
from builder.sdk import JSON, FailureClass, HttpAnswer, NodeError

_CODE_WORD = re.compile(r"[a-z][a-z0-9_.]{2,60}\Z")
_QUOTA_WORDS = frozenset(("insufficient_quota", "billing_error", "billing_not_active"))
_LENGTH_WORDS = frozenset(("context_length_exceeded", "request_too_large", "string_above_max_length"))


def read_code_word(body: JSON) -> str:
    """The server's own short word for what is wrong, or an empty text."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return ""
    words = [error.get(key) for key in ("code", "type")]
    return next((word for word in words if isinstance(word, str) and _CODE_WORD.match(word)), "")


def judge_refusal(connection: Connection, answer: HttpAnswer, body: JSON, now: datetime) -> NodeError:
    """The failure behind an answer that is not 200.

    Args:
        connection: who was asked.
        answer: status and headers.
        body: the answer's body as plain data, or None.
        now: the present, for a `Retry-After` that is a date.
    """
    word = read_code_word(body)
    who = f"The model connection {connection.name!r}"
    wait = answer.retry_after(now)
    status = answer.status
    if word in _QUOTA_WORDS or status == 402:
        return fail(FailureClass.PERMANENT, "quota_used_up", f"{who} has used up its quota. IT can raise it.")
    if status == 429:
        return fail(FailureClass.RATE_LIMITED, "rate_limited", f"{who} is asked too often just now.", wait)
    if status in (401, 403):
        return fail(
            FailureClass.PERMANENT,
            "key_refused",
            f"{who} was refused: its key is missing, wrong or not good for {connection.model!r}. "
            "Whoever in IT set up the connection can give it a valid key.",
        )
    if word in _LENGTH_WORDS or status == 413:
        return fail(FailureClass.PERMANENT, "too_long", f"The text is too long for the model {connection.model!r}.")
    if status == 404:
        return fail(
            FailureClass.PERMANENT,
            "model_unknown",
            f"{who} knows no model {connection.model!r} at its address. IT can correct the connection.",
        )
    if status >= 500 or status in (408, 409, 425):
        return fail(FailureClass.TRANSIENT, "server_failed", f"{who} answered with status {status}.", wait)
    if 300 <= status < 400:
        return fail(
            FailureClass.PERMANENT,
            "redirect_refused",
            f"{who} sends the request on to another address, which is not followed. IT can correct its base_url.",
        )
    said = f" ({word})" if word else ""
    return fail(FailureClass.PERMANENT, "request_refused", f"{who} refused the request with status {status}{said}.")
