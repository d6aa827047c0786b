"""Leaving: whoever signs out here leaves the provider too, and whoever leaves there is signed out here."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.kit.errors import HandrailError
from builder.kit.hashing import hash_value
from builder.kit.ids import show_id
from builder.teams.identity.discover import facts_of
from builder.teams.sessions import hash_token
from builder.teams.store.identity import (
    delete_issuer_sessions,
    insert_heard,
    read_provider_row,
    read_session_issuer,
    sweep_starts,
)


class LogoutTokenError(HandrailError):
    """What says that somebody left does not hold."""

    code: ClassVar[str] = "logout_token"
    status: ClassVar[int] = 400


def find_way_out(session: Session, token: str | None, url: str) -> str | None:
    """Where the company's own sign-in is left (OpenID Connect RP-Initiated Logout 1.0); None: nowhere, or no need.

    Args:
        session: the transaction.
        token: the session's token, while the session is there.
        url: where people open the product; it is returned to its page of sign-in.
    """
    from authlib.common.urls import add_params_to_uri  # heavy: loaded on first use

    hashed = hash_token(token)
    issuer = None if hashed is None else read_session_issuer(session, hashed)
    row = None if issuer is None else read_provider_row(session)
    if row is None or not row.enabled or row.issuer != issuer:
        return None
    facts = facts_of(row.facts)
    if facts is None or facts.end_session_endpoint is None:
        return None
    asked = [("client_id", row.client_id), ("post_logout_redirect_uri", f"{url}/sign-in")]
    return str(add_params_to_uri(facts.end_session_endpoint, asked))


def hear_logout(session: Session, issuer: str, claims: dict[str, Any], now: datetime) -> int:
    """Ends the sessions of somebody who left at the provider; how many. Heard a second time, it ends nothing.

    Args:
        session: the transaction.
        issuer: the provider, as it is set up here.
        claims: of a logout token that holds.
        now: when.
    """
    sweep_starts(session, now)
    if not insert_heard(session, hash_value([issuer, claims["jti"]]), now + timedelta(hours=1)):
        return 0
    ended = delete_issuer_sessions(session, issuer, claims.get("sub"), claims.get("sid"))
    for person_id in sorted(set(ended)):
        record = {"sessions": ended.count(person_id), "way": "company"}
        subject = f"person {show_id(person_id)}"
        append_event(session, "sessions_ended", actor="keeper", subject=subject, now=now, record=record)
    return len(ended)
