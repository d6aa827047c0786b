"""Claiming: who works on something says so, for a while, so that two people do not do the same."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from builder.reviews.desk import expect_review
from builder.reviews.rules import given_name, why_not
from builder.reviews.schemas import AlreadyDecidedError, Decider, MayNotDecideError, ReviewError
from builder.reviews.store import claim_rows, free_rows, read_decisions

LEASE = timedelta(minutes=15)
"""How long a claim lasts when its holder says nothing more."""


def claim_review(session: Session, review_id: int, by: str | Decider, now: datetime) -> int:
    """Takes a Review, and with it the open rows of its task; or holds them for longer. How many rows are held.

    A claim keeps nobody from deciding: it is a courtesy, and what decides is the first decision.

    Raises:
        ReviewError: it is unknown, no longer waits, is held by somebody else, or is not this person's to decide.
    """
    who = given_name(by) if isinstance(by, str) else by
    review = expect_review(session, review_id)
    if not review.waits:
        raise AlreadyDecidedError(f"This question is no longer asked: {review.why}")
    refusal = why_not(review, who, read_decisions(session, review_id))
    if refusal is not None:
        raise MayNotDecideError(refusal)
    held = claim_rows(session, review, who.person, now, now + LEASE)
    if not held:
        held_by = "Somebody else" if who.signed_in else review.claimed_by
        raise ReviewError(f"{held_by} works on this.", way_out="Take another one, or ask for it.")
    return held


def return_review(session: Session, review_id: int, by: str | Decider) -> int:
    """Gives a claim back, for the whole task; how many rows became free.

    Raises:
        ReviewError: it is unknown, or neither held by this person nor his to decide.
    """
    who = given_name(by) if isinstance(by, str) else by
    review = expect_review(session, review_id)
    refusal = why_not(review, who, read_decisions(session, review_id))
    if refusal is not None and review.claimed_by != who.person:
        raise MayNotDecideError(refusal)
    return free_rows(session, review, who.person)
