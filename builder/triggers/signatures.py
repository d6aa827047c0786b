"""Standard Webhooks: whether a delivery was signed, lately, by who holds the secret; and what it is called. Pure.

The signature itself is the library's; what stands around it is read here, strictly, and with the present passed in.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from standardwebhooks import Webhook

WINDOW = timedelta(minutes=5)
"""How far the time of an attempt may be from ours, either way."""
PREFIX = "whsec_"
_SECRET_BYTES = 32
_MOST_SIGNATURES = 20
_ID = re.compile(r"[\x21-\x2d\x2f-\x7e]{1,255}")  # printable, and no full stop, which divides what is signed
_MOMENT = re.compile(r"[1-9][0-9]{0,11}")


class BadSignature(Exception):  # it never leaves this room
    """A delivery is not signed as it must be.

    Attributes:
        reason: for the log of deliveries: `no_id`, `no_time`, `no_signature`, `bad_id`, `bad_time`, `bad_signature`,
            `not_utf8`, `too_old`, `too_new`, `wrong_signature`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Signed:
    """A delivery whose signature holds: what its sender calls it, and when he sent it."""

    id: str
    at: datetime


def new_secret() -> str:
    """A new secret: `whsec_` and 32 random bytes in base 64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def sign_delivery(secret: str, delivery_id: str, at: datetime, body: str) -> str:
    """The signature of a delivery, `v1,…`, as its header carries it."""
    signed: str = Webhook(secret).sign(delivery_id, at, body)
    return signed


def judge_signature(headers: Mapping[str, str], body: bytes, held: Iterable[str], now: datetime) -> Signed:
    """Who may deliver, and what.

    Args:
        headers: of the delivery, by names in small letters, each once.
        body: as it came, byte by byte.
        held: the secrets that hold at this moment; a signature by any of them will do.
        now: the present.

    Raises:
        BadSignature: with the reason.
    """
    delivery_id, moment, signatures = _read_signed(headers)
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise BadSignature("not_utf8") from None
    at = datetime.fromtimestamp(int(moment), UTC) if int(moment) < 1 << 37 else datetime.max.replace(tzinfo=UTC)
    if at < now - WINDOW:
        raise BadSignature("too_old")
    if at > now + WINDOW:
        raise BadSignature("too_new")
    given = _read_signatures(signatures)
    if not given:
        raise BadSignature("bad_signature")
    good = False
    for secret in held:
        wanted = base64.b64decode(sign_delivery(secret, delivery_id, at, text).partition(",")[2])
        for each in given:  # all of them, always: how long it takes says nothing
            good |= hmac.compare_digest(wanted, each)
    if not good:
        raise BadSignature("wrong_signature")
    return Signed(delivery_id, at)


def _read_signed(headers: Mapping[str, str]) -> tuple[str, str, str]:
    """Id, time and signatures as the headers say them; without any of them it is not signed at all."""
    delivery_id, moment, signatures = (headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not signatures:
        raise BadSignature("no_signature")
    if not delivery_id:
        raise BadSignature("no_id")
    if not moment:
        raise BadSignature("no_time")
    if not _ID.fullmatch(delivery_id):
        raise BadSignature("bad_id")
    if not _MOMENT.fullmatch(moment):
        raise BadSignature("bad_time")
    return delivery_id, moment, signatures


def _read_signatures(header: str) -> list[bytes]:
    """The signatures of version 1 in the header; others, and what is none, are left out."""
    found = []
    for each in header.split(" ")[:_MOST_SIGNATURES]:
        version, comma, text = each.partition(",")
        if version != "v1" or not comma:
            continue
        try:
            found.append(base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError):
            continue
    return found
