"""Time running out: a Review is escalated, rejected, or held. It is never approved."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.kit.ids import show_id
from builder.reviews.rules import REJECT
from builder.reviews.schemas import Review, ReviewState
from builder.reviews.store import end_review, mark_escalated, read_due
from builder.runs import hold_run, resume_run
from builder.sdk import Decision

KEEPER = "keeper"
"""Who acts when time has run out."""


def expire_reviews(session: Session, now: datetime, limit: int = 100) -> int:
    """Does for each Review whose time has run out what its question says; how many were done.

    Escalated and held Reviews stay on the desk, marked, and are not looked at again. Any number of keepers may do this.
    """
    return sum(_expire(session, review, now) for review in read_due(session, now, limit))


def _expire(session: Session, review: Review, now: datetime) -> bool:
    hold_run(session, review.run_id)
    assert review.due_at is not None
    late = f"Nobody decided by {review.due_at:%Y-%m-%d %H:%M} UTC."
    rejects = review.question.on_timeout == REJECT
    if rejects:
        done = end_review(session, review.id, ReviewState.EXPIRED, late, now)
        done = done and resume_run(session, review.run_id, review.path, Decision(REJECT, KEEPER, late))
    else:
        done = mark_escalated(session, review.id, late)
    if done:
        append_event(
            session,
            "review.expired",
            actor=KEEPER,
            subject=f"review {show_id(review.id)}",
            now=now,
            record={"run": show_id(review.run_id), "path": review.path, "then": review.question.on_timeout},
        )
    return bool(done)
