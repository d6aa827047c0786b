"""Claiming: who works on something says so, for a while, so that two people do not do the same."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from builder.reviews.desk import expect_review
from builder.reviews.rules import may_decide
from builder.reviews.schemas import WAITING, AlreadyDecidedError, MayNotDecideError, ReviewError
from builder.reviews.store import claim_rows, free_rows, read_decisions

LEASE = timedelta(minutes=15)
"""How long a claim lasts when its holder says nothing more."""


def claim_review(session: Session, review_id: int, by: str, now: datetime) -> int:
    """Takes a Review, and with it the open rows of its Task; or holds them for longer. How many rows are held.

    A claim keeps nobody from deciding: it is a courtesy, and what decides is the first decision.

    Raises:
        ReviewError: it is unknown, no longer waits, is held by somebody else, or is not this person's to decide.
    """
    review = expect_review(session, review_id)
    if review.state not in WAITING:
        raise AlreadyDecidedError(f"This question is no longer asked: {review.why}")
    earlier = read_decisions(session, review_id)
    why_not = may_decide(
        review.question,
        by,
        starter=review.starter,
        authors=review.authors,
        duties=review.duties,
        earlier=earlier,
    )
    if why_not is not None:
        raise MayNotDecideError(why_not)
    held = claim_rows(session, review, by, now, now + LEASE)
    if not held:
        raise ReviewError(f"{review.claimed_by} works on this.", way_out="Take another one, or ask for it.")
    return held


def return_review(session: Session, review_id: int, by: str) -> int:
    """Gives a claim back, for the whole Task; how many rows became free.

    Raises:
        UnknownReviewError: there is no such Review.
    """
    return free_rows(session, expect_review(session, review_id), by)
