"""Why a delivery starts nothing: what its sender is told, with a way out, and what the log says.

Whoever has not shown who he is, is told the same whatever is wrong with his signature; the log says which it was. Who
may not start something, and why, is the house's own matter: the sender is told only that nothing starts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from builder.sdk import JSON
from builder.triggers.schemas import HookRefusal

LARGEST = 1024 * 1024
"""Bytes of the largest body."""
PAUSES = frozenset({"archived", "unpublished", "unsealed", "version_gone", "owner_gone"})
"""Why nothing can be started that does not go away by itself: then the webhook is paused, and its people are told."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What is said of a refusal: to the sender, with a way out, and in the log where that is something else."""

    status: int
    sentence: str
    way_out: str
    log: str = ""


def _unsigned(log: str) -> Reason:
    return Reason(
        401,
        "This delivery is not signed as it must be.",
        "Sign it as Standard Webhooks says, with the webhook's secret and the present time. Whoever looks after the "
        "webhook sees in its log what was wrong.",
        log,
    )


_NOTHING_STARTS = Reason(
    409, "Nothing can be started here now.", "Whoever looks after the webhook sees in its log why."
)
_MINUTES = "more than five minutes"
_REASONS: Mapping[str, Reason] = {
    "too_fast": Reason(429, "This webhook is called too often.", "Come again after the seconds of `Retry-After`."),
    "too_large": Reason(413, f"This is larger than {LARGEST // 1024} KiB.", "Send less at once."),
    "packed": Reason(415, "The body is compressed.", "Send it as it is, without `content-encoding`."),
    "bad_headers": Reason(400, "A header came more than once.", "Send each header once."),
    "no_id": _unsigned("The header webhook-id is missing."),
    "no_time": _unsigned("The header webhook-timestamp is missing."),
    "no_signature": _unsigned("The header webhook-signature is missing."),
    "bad_id": _unsigned("The header webhook-id holds a space, a full stop, or more than 255 characters."),
    "bad_time": _unsigned("The header webhook-timestamp is not a moment in whole seconds since 1970."),
    "bad_signature": _unsigned("The header webhook-signature holds no signature of version 1 (v1,…)."),
    "too_old": _unsigned(f"It was signed {_MINUTES} ago."),
    "too_new": _unsigned(f"Its time is {_MINUTES} ahead of ours."),
    "wrong_signature": _unsigned("The signature is not by a secret that holds."),
    "unsigned": Reason(
        403, "An admin has not allowed that deliveries come unsigned.", "Ask an admin, or let them be signed."
    ),
    "bad_key": Reason(400, "An idempotency key has 1 to 255 printable characters.", "Send another."),
    "content_type": Reason(
        415, "A delivery is JSON in UTF-8, and its content type says so.", "Send `content-type: application/json`."
    ),
    "not_utf8": Reason(400, "The body is not written in UTF-8.", "Send JSON in UTF-8."),
    "no_body": Reason(400, "The body is empty.", "Send JSON, if only {}."),
    "bad_body": Reason(400, "The body is no JSON that can be used here.", "Send one value of JSON."),
    "same_name": Reason(400, "A name stands twice in one record of the body.", "Send each name once."),
    "condition": Reason(422, "Whether this is meant for a run could not be told.", "Change the webhook's condition."),
    "off": Reason(409, "This webhook is switched off.", "Somebody of its team can switch it on."),
    "key_reused": Reason(409, "This key came before, with something else.", "Send each thing under a key of its own."),
    "input": Reason(422, "The input does not fit.", "Send what the workflow's form asks for."),
}


def refuse(
    reason: str, *, said: str = "", log: str = "", values: Mapping[str, JSON] | None = None, **params: Any
) -> HookRefusal:
    """The refusal of a delivery.

    Args:
        reason: a word for the log. One of another room has no words for the sender.
        said: the sentence, where it says more than the usual one.
        log: the sentence of the log, where the sender is not told that.
        values: what arrived, where its sender was known.
        params: the values inside the sentence.
    """
    known = _REASONS.get(reason, _NOTHING_STARTS)
    sentence = said or known.sentence
    return HookRefusal(
        reason, sentence, status=known.status, log=log or known.log or sentence, values=values, way_out=known.way_out,
        **params,
    )  # fmt: skip
