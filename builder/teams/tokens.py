"""API tokens: what a program shows to act as its person, within the scope that he gave it. Only a hash is kept.

A token carries permissions, and may be for one team; with it one may what its person may at this moment *and* the
token carries. What `IN_PERSON` names, no token may, whatever it says.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.kit.ids import show_id
from builder.teams.read import expect_team
from builder.teams.rules import IN_PERSON, SEEN_EVERY, TOKENS, carried_by, narrow_to, require
from builder.teams.schemas import Caller, PeopleError, UnknownError
from builder.teams.sessions import Found, speak_as
from builder.teams.store.tokens import (
    count_tokens,
    find_tokens,
    insert_token,
    read_token,
    read_token_row,
    save_token_ended,
    save_token_seen,
)
from builder.teams.words import NewToken

_PREFIX = "handrail_"
_FORM = re.compile(r"handrail_[A-Za-z0-9_-]{43}")  # 32 bytes in base 64 without padding


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A token that was made; `secret` is known to nobody else, and never again."""

    id: int
    secret: str = field(repr=False)
    ends_at: datetime


def hash_api_token(said: str | None) -> str | None:
    """What is kept of an API token; None for what cannot be one, so that nothing empty ever matches."""
    if not said or not _FORM.fullmatch(said):
        return None
    return hashlib.sha256(said.encode()).hexdigest()


def make_token(session: Session, caller: Caller, wanted: NewToken, now: datetime) -> MadeToken:
    """Makes an API token for oneself.

    Raises:
        Forbidden: a program asks, or the caller lacks one of the permissions himself.
        UnknownError: there is no such team.
        PeopleError: it would carry nothing, or what no token may, or he holds too many.
    """
    require(caller, "self", None)
    if wanted.team is not None:
        expect_team(session, wanted.team)
    asked = frozenset(wanted.permissions)
    if asked & IN_PERSON:
        named = ", ".join(sorted(asked & IN_PERSON))
        raise PeopleError(f"No API token may carry {named}.", way_out="Do that yourself.", field="permissions")
    lacking = sorted(asked - set(carried_by(caller, wanted.team)))
    if lacking:
        raise PeopleError(
            f"You do not have {', '.join(lacking)} there yourself.",
            way_out="Leave it out, or choose another team.",
            field="permissions",
        )
    if count_tokens(session, caller.person_id, now) >= TOKENS:
        raise PeopleError(f"You hold {TOKENS} API tokens already.", way_out="End one that you no longer need.")
    secret = _PREFIX + secrets.token_urlsafe(32)
    ends_at = now + timedelta(days=wanted.days)
    values = {"person_id": caller.person_id, "name": wanted.name, "permissions": sorted(asked), "team_id": wanted.team}
    values |= {"token_hash": hash_api_token(secret), "ending": secret[-4:], "ends_at": ends_at}
    number = insert_token(session, values, now)
    record = {"name": wanted.name, "permissions": ", ".join(sorted(asked)), "until": ends_at.date().isoformat()}
    record["team"] = "" if wanted.team is None else show_id(wanted.team)
    append_event(session, "token_made", actor=caller.actor, subject=_subject(number), now=now, record=record)
    return MadeToken(number, secret, ends_at)


def find_token_caller(session: Session, said: str) -> Found | None:
    """Whom a program speaks for with this token, and what he may with it; None when it opens nothing (any more)."""
    hashed = hash_api_token(said)
    row = None if hashed is None else read_token(session, hashed)
    if row is None:
        return None
    person = speak_as(session, row.person_id)
    whole = person if row.team_id is None else narrow_to(person, row.team_id)
    caller = replace(whole, token_id=row.id, scope=frozenset(row.permissions))
    return Found(caller, row.now, row.seen_at is None or row.now - row.seen_at >= SEEN_EVERY)


def see_token(session: Session, caller: Caller, address: str, now: datetime) -> None:
    """Remembers that a token was used."""
    assert caller.token_id is not None
    save_token_seen(session, caller.token_id, address[:64], now)


def list_own_tokens(session: Session, caller: Caller) -> Sequence[Any]:
    """One's own tokens, those that ended too, the newest first."""
    return find_tokens(session, caller.person_id, None, 200)


def list_all_tokens(session: Session, caller: Caller, before: int | None, limit: int) -> Sequence[Any]:
    """Everybody's tokens, the newest first.

    Raises:
        Forbidden: the caller may not know.
    """
    require(caller, "organisation.read", None)
    return find_tokens(session, None, before, limit)


def end_token(session: Session, caller: Caller, token_id: int, now: datetime, *, own: bool) -> None:
    """Ends a token at once: one's own, or, for an admin, anybody's.

    Raises:
        UnknownError: there is none that the caller may end, or it has ended.
        Forbidden: the caller may end only his own.
    """
    require(caller, "self" if own else "organisation.write", None)
    row = read_token_row(session, token_id)
    if row is None or (own and row.person_id != caller.person_id):
        raise UnknownError("There is no such API token.")
    if not save_token_ended(session, caller.actor, now, token_id=token_id):
        raise UnknownError("This API token has ended already.")
    record = {"name": row.name, "person": show_id(row.person_id)}
    append_event(session, "token_ended", actor=caller.actor, subject=_subject(token_id), now=now, record=record)


def _subject(token_id: int) -> str:
    return f"token {show_id(token_id)}"
