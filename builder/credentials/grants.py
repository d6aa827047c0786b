"""What the checker is told of credentials: facts, as one team sees them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from builder.credentials import store
from builder.credentials.rules import facts_for
from builder.db import read_clock
from builder.engine.credentials import CredentialFacts


def read_credential_facts(session: Session, team: int | None, names: Collection[str]) -> dict[str, CredentialFacts]:
    """Name → what a team may know, for those of the names that there are."""
    rows = store.find_credentials_named(session, names)
    if not rows:
        return {}
    now = read_clock(session)
    return {name: facts_for(row, team, now) for name, row in rows.items()}
