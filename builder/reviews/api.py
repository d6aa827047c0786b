"""The routes of the desk. Only a POST by somebody who is signed in decides; nothing else does."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from sqlalchemy.orm import Session

from builder.kit.pages import Page, PageSize, cut_page, read_cursor
from builder.kit.wire import Id
from builder.reviews.claim import claim_review, return_review
from builder.reviews.decide import decide_review
from builder.reviews.desk import Whose, decider_of, find_own_review, list_reviews
from builder.reviews.detail import show_review
from builder.reviews.look_ahead import check_edit
from builder.reviews.rules import EDIT
from builder.reviews.show import show_rows
from builder.reviews.views import DecisionIn, ReviewDetail, ReviewRow
from builder.teams import Call, Calling, permit

router = APIRouter(tags=["reviews"])

ReviewId = Annotated[Id, Path()]
READ, DECIDE = [Depends(permit("run.read"))], [Depends(permit("review.decide"))]


@router.get("/api/reviews", operation_id="list_reviews", dependencies=READ)
def get_reviews(
    call: Calling,
    whose: Whose = "mine",
    team: Id | None = None,
    cursor: Annotated[str | None, Query(max_length=2_000)] = None,
    size: PageSize = 50,
) -> Page[ReviewRow]:
    """What waits for people: for the caller, in his teams, or late; or what was decided."""
    place = read_cursor(cursor, int)
    after = None if place is None else int(place[0])
    with call.read() as session:
        found = list_reviews(session, call.caller, whose, call.now, team=team, after=after, limit=size + 1)
        rows, following = cut_page(found, size, lambda row: (row.id,))
        return Page[ReviewRow](
            items=show_rows(session, call.caller, rows, call.application.types, call.now), next=following
        )


@router.get("/api/reviews/{review}", operation_id="read_review", dependencies=READ)
def get_review(review: ReviewId, call: Calling) -> ReviewDetail:
    """One question, with what helps to answer it. Looking changes nothing."""
    with call.read() as session:
        return show_review(session, call.caller, review, call.now, call.application.types)


@router.post("/api/reviews/{review}/claim", operation_id="claim_review", dependencies=DECIDE)
def post_claim(review: ReviewId, call: Calling) -> ReviewRow:
    """Says for a while that one works on it, and on all of its task."""
    with call.transaction() as session:
        found = find_own_review(session, call.caller, review)
        claim_review(session, review, decider_of(session, call.caller, found.team_id), call.now)
        return _row(session, call, review)


@router.post("/api/reviews/{review}/return", operation_id="return_review", dependencies=DECIDE)
def post_return(review: ReviewId, call: Calling) -> ReviewRow:
    """Gives a claim back."""
    with call.transaction() as session:
        found = find_own_review(session, call.caller, review)
        return_review(session, review, decider_of(session, call.caller, found.team_id))
        return _row(session, call, review)


@router.post("/api/reviews/{review}/decide", operation_id="decide_review", dependencies=DECIDE)
def post_decision(review: ReviewId, said: DecisionIn, call: Calling) -> ReviewRow:
    """Answers it, once, on the payload that was looked at; the run goes on. An edit is looked at first by the policies
    that it reaches.
    """
    if said.decision == EDIT:
        with call.read() as session:
            by = decider_of(session, call.caller, find_own_review(session, call.caller, review).team_id)
            check_edit(session, review, by, said.edit, said.reason, call.application, call.now)
    with call.transaction() as session:
        found = find_own_review(session, call.caller, review)
        decide_review(
            session,
            review,
            by=decider_of(session, call.caller, found.team_id),
            decision=said.decision,
            now=call.now,
            payload_hash=said.payload_hash,
            edit=said.edit,
            reason=said.reason,
        )
        return _row(session, call, review)


def _row(session: Session, call: Call, review_id: int) -> ReviewRow:
    found = find_own_review(session, call.caller, review_id)
    return show_rows(session, call.caller, [found], call.application.types, call.now)[0]
