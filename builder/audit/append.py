"""Appending: an event in the transaction of what it tells, so that neither is there without the other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from builder.audit.store import add_event

ORGANISATION = "default"
"""The one organisation of this installation."""


def append_event(
    session: Session,
    kind: str,
    *,
    actor: str,
    subject: str,
    now: datetime,
    record: Mapping[str, Any] | None = None,
    organisation: str = ORGANISATION,
) -> None:
    """Says who did what. The keeper chains it after the session's commit.

    Args:
        session: the transaction of what the event tells.
        kind: what happened, `thing_verb` (`review_decided`, `run_ended`).
        actor: who did it, by the name that the product knows (a person's, or `keeper`).
        subject: what it was done to (`run 0k3…`, `review 0k4…`).
        now: when.
        record: the rest, as plain data: hashes and names, never a payload or a secret.
        organisation: whose audit it goes into.
    """
    body = {"kind": kind, "actor": actor[:200], "subject": subject[:200], "record": dict(record or {})}
    add_event(session, organisation, now, body)
