"""Time running out: a Review is escalated, rejected, or held. It is never approved."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.kit.ids import show_id
from builder.reviews.rules import REJECT
from builder.reviews.schemas import Review, ReviewState
from builder.reviews.store import end_review, mark_escalated, read_due
from builder.reviews.tell import settle_asked, tell_asked
from builder.runs import RunOverError, hold_run, resume_run
from builder.sdk import Decision

KEEPER = "keeper"
"""Who acts when time has run out."""


def expire_reviews(session: Session, now: datetime, limit: int = 100) -> int:
    """Does for each Review whose time has run out what its question says; how many there were.

    Escalated and held Reviews stay on the desk, marked, and are not looked at again. Any number of keepers may do this.
    """
    due = sorted(read_due(session, now, limit), key=lambda review: (review.run_id, review.id))
    for review in due:
        hold_run(session, review.run_id)
        then = _expire(session, review, now)
        if then is not None:
            append_event(
                session,
                "review_expired",
                actor=KEEPER,
                subject=f"review {show_id(review.id)}",
                now=now,
                record={"run": show_id(review.run_id), "path": review.path, "then": then},
            )
    return len(due)


def _expire(session: Session, review: Review, now: datetime) -> str | None:
    """What was done: `reject`, `escalate`, `hold` or `withdrawn`; None when somebody else was faster."""
    assert review.due_at is not None
    late = f"Nobody decided by {review.due_at:%Y-%m-%d %H:%M} UTC."
    then = review.question.on_timeout
    if then != REJECT:
        if not mark_escalated(session, review.id, late):
            return None
        tell_asked(session, "review_due", [review], now)
        return then
    if not end_review(session, review.id, ReviewState.EXPIRED, late, now):
        return None
    settle_asked(session, [review], now)
    try:
        with session.begin_nested():
            resume_run(session, review.run_id, review.path, Decision(REJECT, KEEPER, late))
    except RunOverError:
        return "withdrawn"
    return REJECT
