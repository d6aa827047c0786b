"""Which ways in are open: passwords, the company's sign-in, or both.

While the company's sign-in is on, whoever came by it once comes by it only: a password that he kept, or set, would let
him in after the company took him out. The link that is made at the machine always opens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy.orm import Session

from builder.kit.errors import HandrailError
from builder.teams.store.identity import has_identity, read_provider_row


class CompanyOnlyError(HandrailError):
    """Here one signs in through the company, not by password."""

    code: ClassVar[str] = "company_only"
    status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True)
class Ways:
    """How people come in.

    Attributes:
        company: what the company's sign-in is called; None when there is none, or it is off.
        passwords: whether a password opens anything.
        ask: whom people ask who may not come in.
    """

    company: str | None
    passwords: bool
    ask: str


def read_ways(session: Session) -> Ways:
    """Which ways are open."""
    row = read_provider_row(session)
    if row is None or not row.enabled:
        return Ways(None, passwords=True, ask="")
    return Ways(row.name, row.passwords, row.ask)


def refuse_password(session: Session, person_id: int | None) -> None:
    """Refuses a password's way in.

    Args:
        session: the transaction.
        person_id: whose password it is; None where he is not known yet.

    Raises:
        CompanyOnlyError: no password opens here, or not his.
    """
    refusal = find_company_only(session, person_id)
    if refusal is not None:
        raise refusal


def find_company_only(session: Session, person_id: int | None) -> CompanyOnlyError | None:
    """Why somebody's password opens nothing; None when it does."""
    ways = read_ways(session)
    if ways.company is None:
        return None
    if not ways.passwords:
        return CompanyOnlyError(
            "Passwords are switched off here.", way_out=f"Sign in with {ways.company}.", company=ways.company
        )
    if person_id is not None and has_identity(session, person_id):
        return CompanyOnlyError(
            f"You sign in with {ways.company} here, not by password.",
            way_out=f"Sign in with {ways.company}.",
            company=ways.company,
        )
    return None
