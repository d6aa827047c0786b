"""Sessions: where somebody is signed in. A random token in a cookie opens one; only its hash is kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.kit.ids import show_id
from builder.teams.rules import LASTS, SEEN_EVERY, session_holds
from builder.teams.schemas import Caller, UnknownError
from builder.teams.store import (
    delete_session,
    delete_sessions,
    find_sessions,
    insert_session,
    read_people,
    read_session,
    save_seen,
    sweep_doors,
)
from builder.teams.store.standing import read_person, read_standing

_BYTES = 32
_TEXT = 43  # letters of 32 bytes in base 64 without padding


@dataclass(frozen=True, slots=True)
class Place:
    """From where somebody comes: his address, and what his browser calls itself."""

    address: str
    browser: str


@dataclass(frozen=True, slots=True)
class Found:
    """Who calls, and whether his session should remember that it was used."""

    caller: Caller
    now: datetime
    unseen: bool


def new_token() -> str:
    """A new secret: 32 random bytes as 43 letters."""
    return secrets.token_urlsafe(_BYTES)


def hash_token(token: str | None) -> str | None:
    """What is kept of a secret; None for what cannot be one, so that nothing empty ever matches."""
    if not token or len(token) != _TEXT or not token.isascii():
        return None
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_of(token: str) -> str:
    """The word that a session's pages put into each change; it says nothing about the session's token."""
    return hmac.new(token.encode(), b"handrail csrf", hashlib.sha256).hexdigest()


def is_csrf(token: str, said: str | None) -> bool:
    """Whether a change carries the word of its session."""
    return hmac.compare_digest(csrf_of(token).encode(), (said or "").encode())


def begin_session(session: Session, person_id: int, place: Place, now: datetime, instead_of: str | None = None) -> str:
    """Signs a person in; the new session's token.

    Args:
        session: the transaction.
        person_id: whom.
        place: from where.
        now: when.
        instead_of: the token that the browser held before; its session ends, so that none is taken over.
    """
    end_session(session, instead_of)
    sweep_doors(session, now)
    token = new_token()
    values = {"person_id": person_id, "token_hash": hash_token(token), "ends_at": now + LASTS}
    insert_session(session, {**values, "address": place.address[:64], "browser": place.browser[:200]}, now)
    return token


def find_caller(session: Session, token: str | None) -> Found | None:
    """Who holds this token, with what he is at this moment; None when it opens no session (any more)."""
    hashed = hash_token(token)
    row = None if hashed is None else read_session(session, hashed)
    if row is None or not session_holds(row.now, row.seen_at, row.ends_at):
        return None
    caller = _caller(session, row.person_id, row.name, row.email, row.id)
    return Found(caller, row.now, row.now - row.seen_at >= SEEN_EVERY)


def speak_as(session: Session, person_id: int) -> Caller:
    """A person as he calls, but in no session: for what is done in his name when an installation is furnished."""
    person = read_people(session, [person_id])[person_id]
    return _caller(session, person.id, person.name, person.email, 0)


def speak_if_here(session: Session, person_id: int) -> Caller | None:
    """The same; None when he left, or never was."""
    person = read_person(session, person_id)
    if person is None or person.closed:
        return None
    return _caller(session, person.id, person.name, person.email, 0)


def _caller(session: Session, person_id: int, name: str, email: str, session_id: int) -> Caller:
    org_roles, teams = read_standing(session, person_id)
    return Caller(person_id, name, email, org_roles, teams, session_id)


def see_session(session: Session, caller: Caller, now: datetime) -> None:
    """Remembers that a session was used, so that it does not end as idle."""
    save_seen(session, caller.session_id, now)


def list_sessions(session: Session, caller: Caller, now: datetime) -> Sequence[Any]:
    """Where a person is signed in, the last used first."""
    return find_sessions(session, caller.person_id, now)


def end_session(session: Session, token: str | None) -> None:
    """Signs out where this token is held."""
    hashed = hash_token(token)
    if hashed is not None:
        delete_session(session, hashed)


def end_one_session(session: Session, caller: Caller, session_id: int) -> None:
    """Signs a person out in one place.

    Raises:
        UnknownError: he is not signed in there.
    """
    if not delete_sessions(session, caller.person_id, only=session_id):
        raise UnknownError("You are not signed in there any more.")


def end_all_sessions(session: Session, caller: Caller, now: datetime, *, but_here: bool) -> None:
    """Signs a person out everywhere, or everywhere else."""
    ended = delete_sessions(session, caller.person_id, but=caller.session_id if but_here else None)
    record = {"sessions": ended, "but_here": but_here}
    append_event(
        session, "sessions_ended", actor=caller.actor, subject=f"person {caller.person}", now=now, record=record
    )


def tell_sign_in(session: Session, actor: str, person_id: int, way: str, now: datetime) -> None:
    """Writes down that somebody came in, and which way."""
    append_event(
        session, "signed_in", actor=actor, subject=f"person {show_id(person_id)}", now=now, record={"way": way}
    )
