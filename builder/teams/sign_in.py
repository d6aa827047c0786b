"""Signing in by password, in three beats: count the attempt, check the password, open the session.

The attempt is counted and committed before the password is looked at, so that a thousand at once are a thousand; the
password is checked outside any transaction, since that takes long on purpose.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.kit.ids import show_id
from builder.teams.passwords import check_password
from builder.teams.rules import ATTEMPTS, network_of, wait_after
from builder.teams.schemas import Person, TooManyAttemptsError, WrongSignInError
from builder.teams.sessions import Place, begin_session, tell_sign_in
from builder.teams.store import count_attempt, forgive_attempts, read_person_by_email
from builder.teams.ways import CompanyOnlyError, find_company_only


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in that was counted.

    Attributes:
        person: whose address it is; None for nobody's.
        hashed: the hash of his password, where he has one.
        wait: how long to wait before another; None when this one is looked at.
        refusal: why not even the right password opens; None when it does.
        account, address: under which it was counted.
    """

    person: Person | None
    hashed: str | None = field(repr=False)
    wait: timedelta | None
    account: str
    address: str
    refusal: CompanyOnlyError | None = None


def count_sign_in(session: Session, email: str, place: Place, now: datetime) -> Attempt:
    """Counts a sign-in, for its account and for its address, before anything is looked at.

    Commit it whatever comes of it.
    """
    account = f"account {hashlib.sha256(email.encode()).hexdigest()}"
    address = f"address {network_of(place.address)}"
    waits = []
    for key, kind in ((account, "account"), (address, "address")):
        count, since = count_attempt(session, key, now)
        waits.append(wait_after(count, since, now, ATTEMPTS[kind]))
        if count == ATTEMPTS[kind] + 1:
            whom = account if kind == "account" else address
            append_event(session, "sign_in_throttled", actor="keeper", subject=whom, now=now, record={"count": count})
    found = read_person_by_email(session, email)
    person, hashed = (None, None) if found is None or found[0].closed else found
    refusal = find_company_only(session, None if person is None else person.id)
    return Attempt(person, hashed, max((wait for wait in waits if wait), default=None), account, address, refusal)


def judge_sign_in(attempt: Attempt, password: str) -> Person:
    """Who it is, when the password is his. Takes as long for an address that is nobody's.

    Raises:
        TooManyAttemptsError: too many failed; not even the right password opens now.
        WrongSignInError: address and password do not belong together.
        CompanyOnlyError: they do, but he signs in through the company.
    """
    if attempt.wait is not None:
        minutes = math.ceil(attempt.wait.total_seconds() / 60)
        raise TooManyAttemptsError(
            f"That were too many attempts. Try again in {minutes} {'minute' if minutes == 1 else 'minutes'}.",
            way_out="If you forgot your password, ask an owner of your team or an admin for a link.",
            minutes=minutes,
        )
    if not check_password(password, attempt.hashed) or attempt.person is None:
        raise WrongSignInError(
            "This address and this password do not belong together.",
            way_out="Try again. If you forgot your password, ask an owner of your team or an admin for a link.",
        )
    if attempt.refusal is not None:
        raise attempt.refusal
    return attempt.person


def sign_in(session: Session, attempt: Attempt, place: Place, now: datetime, instead_of: str | None) -> str:
    """Opens the session of an attempt that was judged well; its token.

    Args:
        session: the transaction.
        attempt: as it was counted.
        place: from where.
        now: when.
        instead_of: the token that the browser held before.
    """
    assert attempt.person is not None
    forgive_attempts(session, attempt.account, attempt.address)
    person = attempt.person
    tell_sign_in(session, f"{show_id(person.id)} {person.name} <{person.email}>", person.id, "password", now)
    return begin_session(session, person.id, place, now, instead_of)
