"""The desk: what waits for people, and what of it is one person's, grouped into Tasks."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from builder.kit.ids import show_id
from builder.reviews.rules import may_decide, needed_of, same_person, settle_decisions
from builder.reviews.schemas import Review, ReviewState, ReviewStory, Task, UnknownReviewError
from builder.reviews.store import read_decisions_of, read_review, read_reviews, read_waiting
from builder.sdk import Mode

View = Literal["mine", "open", "overdue"]


def expect_review(session: Session, review_id: int, *, lock: bool = False) -> Review:
    """One Review.

    Raises:
        UnknownReviewError: there is none.
    """
    found = read_review(session, review_id, lock=lock)
    if found is None:
        raise UnknownReviewError(f"There is no review {show_id(review_id)}.")
    return found


def find_review(session: Session, review_id: int) -> Review:
    """One Review.

    Raises:
        UnknownReviewError: there is none.
    """
    return expect_review(session, review_id)


def open_reviews_of(session: Session, run_id: int, limit: int = 1_000) -> list[Review]:
    """The Reviews that a run waits for, in any mode, the oldest first."""
    return read_waiting(session, limit, run_id, None)


def reviews_of(session: Session, run_id: int) -> list[ReviewStory]:
    """Every Review of a run, in whatever state, with what people said; the oldest first."""
    reviews = read_reviews(session, run_id)
    decisions = read_decisions_of(session, run_id) if reviews else {}
    stories = []
    for review in reviews:
        given = tuple(decisions.get(review.id, ()))
        decided = review.state is ReviewState.DECIDED
        answer = settle_decisions(review.question, given, needed_of(review.question, review.mode)) if decided else None
        stories.append(ReviewStory(review, given, answer))
    return stories


def find_tasks(session: Session, view: View, by: str, now: datetime, limit: int = 200) -> list[Task]:
    """What lies on a desk, the oldest first. Only live runs ask at a desk.

    Args:
        session: any session.
        view: `mine` (what this person may decide and nobody else holds), `open` (everything), `overdue`.
        by: whose desk.
        now: the present.
        limit: how many Reviews are looked at.
    """
    tasks: dict[tuple[int, str], list[Review]] = {}
    for review in read_waiting(session, limit, None, Mode.LIVE):
        if view == "overdue" and (review.due_at is None or review.due_at > now):
            continue
        if view == "mine" and not _is_for(review, by, now):
            continue
        tasks.setdefault((review.run_id, review.place), []).append(review)
    return [Task(run_id, place, rows[0].question.title, tuple(rows)) for (run_id, place), rows in tasks.items()]


def _is_for(review: Review, by: str, now: datetime) -> bool:
    held = review.claimed_until is not None and review.claimed_until > now
    if held and not same_person(review.claimed_by or "", by):
        return False
    return may_decide(review.question, by, starter=review.starter, authors=review.authors, duties=review.duties) is None
