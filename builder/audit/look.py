"""Looking at the audit: events by kind, person, subject and time, the newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from builder.audit.append import ORGANISATION
from builder.audit.rules import read_note
from builder.audit.store import find_events, read_last_note


@dataclass(frozen=True, slots=True)
class Sight:
    """An event, as people look at it.

    Attributes:
        chained: whether the chain protects it yet.
    """

    id: int
    at: datetime
    kind: str
    actor: str
    subject: str
    record: Mapping[str, Any]
    chained: bool


def look_at_events(
    session: Session,
    *,
    kind: str = "",
    who: str = "",
    subject: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Sight]:
    """Events, the newest first.

    Args:
        session: any session.
        kind: only this kind.
        who: what stands in the actor's name.
        subject: what stands in the subject.
        since: at or after this moment.
        until: before this moment.
        before: id of the last one shown.
        limit: how many at most.
    """
    rows = find_events(session, ORGANISATION, (kind, who, subject), (since, until), before, limit)
    return [
        Sight(row.id, row.at, row.kind, row.actor, row.subject, row.record, row.position is not None) for row in rows
    ]


def is_signed_by(session: Session, public_key: bytes) -> bool:
    """Whether the newest head was signed by this key; where nothing was signed yet, nobody else did."""
    note = read_last_note(session, ORGANISATION)
    return note is None or read_note(note, ORGANISATION, public_key) is not None
