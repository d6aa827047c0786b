"""A Review is a question that a run put to people; a Decision is an answer, by whom, on which exact payload, why.

Runs parks a step and opens its Review in one transaction; deciding writes the Decision and lets the run go on in
another. Exactly one answer ends a Review. Time running out never approves.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from builder.reviews.api import router
    from builder.reviews.asked import sees_file
    from builder.reviews.claim import claim_review, return_review
    from builder.reviews.decide import decide_review
    from builder.reviews.desk import decider_of, find_review, list_reviews, open_reviews_of, reviews_of
    from builder.reviews.expire import expire_reviews
    from builder.reviews.look_ahead import check_edit
    from builder.reviews.open import open_review
    from builder.reviews.rules import may_decide
    from builder.reviews.schemas import (
        AlreadyDecidedError,
        Decider,
        MayNotDecideError,
        PayloadChangedError,
        Review,
        ReviewError,
        ReviewStory,
        UnfitDecisionError,
        UnknownReviewError,
    )
    from builder.reviews.store import count_waiting_reviews, empty_reviews, read_waiting_states
    from builder.reviews.withdraw import withdraw_review

_DOORS = {
    "router": "api",
    "sees_file": "asked",
    "check_edit": "look_ahead",
    "claim_review": "claim",
    "return_review": "claim",
    "decide_review": "decide",
    "decider_of": "desk",
    "find_review": "desk",
    "list_reviews": "desk",
    "open_reviews_of": "desk",
    "reviews_of": "desk",
    "expire_reviews": "expire",
    "open_review": "open",
    "may_decide": "rules",
    "AlreadyDecidedError": "schemas",
    "Decider": "schemas",
    "MayNotDecideError": "schemas",
    "PayloadChangedError": "schemas",
    "Review": "schemas",
    "ReviewError": "schemas",
    "ReviewStory": "schemas",
    "UnfitDecisionError": "schemas",
    "UnknownReviewError": "schemas",
    "count_waiting_reviews": "store",
    "empty_reviews": "store",
    "read_waiting_states": "store",
    "withdraw_review": "withdraw",
}

__all__ = [
    "AlreadyDecidedError", "Decider", "MayNotDecideError", "PayloadChangedError", "Review", "ReviewError",
    "ReviewStory", "UnfitDecisionError", "UnknownReviewError", "check_edit", "claim_review",
    "count_waiting_reviews", "decide_review", "decider_of", "empty_reviews", "expire_reviews", "find_review",
    "list_reviews", "may_decide", "open_review", "open_reviews_of", "read_waiting_states", "return_review",
    "reviews_of", "router", "sees_file", "withdraw_review",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """A name of the front door, loaded when it is first asked for (SQLAlchemy is heavy)."""
    if name not in _DOORS:
        raise AttributeError(f"builder.reviews has no {name!r}")
    return getattr(import_module(f"builder.reviews.{_DOORS[name]}"), name)
