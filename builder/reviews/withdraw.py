"""Withdrawing: a question that no longer matters leaves the desk with a sentence saying why."""

from __future__ import annotations

from sqlalchemy.orm import Session

from builder.db import read_clock
from builder.reviews.schemas import ReviewState
from builder.reviews.store import end_reviews
from builder.reviews.tell import settle_asked, tell_asked


def withdraw_review(session: Session, *, run_id: int, path: str, why: str) -> None:
    """Ends the Review of a step without an answer, in the transaction of what made it pointless.

    Args:
        session: that transaction.
        run_id: the run.
        path: the step; empty for every Review of the run.
        why: one sentence for those on whose desk it lay.
    """
    now = read_clock(session)
    ended = end_reviews(session, run_id, path or None, state=ReviewState.WITHDRAWN, why=why, now=now)
    settle_asked(session, ended, now)
    tell_asked(session, "review_withdrawn", ended, now)
