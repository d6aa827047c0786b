"""The desk: what waits for people, and what of it is one person's."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from builder.kit.ids import show_id
from builder.reviews.rules import holder_of, needed_of, settle_decisions, why_not
from builder.reviews.schemas import Decider, Review, ReviewState, ReviewStory, UnknownReviewError
from builder.reviews.store import (
    Wanted,
    read_decisions_of,
    read_decisions_of_all,
    read_desk,
    read_review,
    read_reviews,
    read_waiting,
)
from builder.teams import Caller, may, read_teams, teams_where

Whose = Literal["mine", "team", "overdue", "decided"]
LOOKED_AT = 1_000
"""How many Reviews one page of `mine` looks at, at most."""


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
    return read_waiting(session, limit, run_id)


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


# ---------------------------------------------------------------- of somebody who is signed in


def decider_of(session: Session, caller: Caller, team_id: int | None) -> Decider:
    """Who is signed in, as somebody who wants to answer a Review of a team."""
    groups = read_teams(session, frozenset(caller.teams)).values()
    roles = caller.org_roles | (frozenset() if team_id is None else caller.teams.get(team_id, frozenset()))
    return Decider(caller.person, caller.name, caller.email, roles, frozenset(groups))


def find_own_review(session: Session, caller: Caller, review_id: int) -> Review:
    """One Review that a caller may know of.

    Raises:
        UnknownReviewError: there is none.
    """
    found = read_review(session, review_id)
    if found is None or not may(caller, "run.read", found.team_id):
        raise UnknownReviewError(f"There is no review {show_id(review_id)}.")
    return found


def list_reviews(
    session: Session,
    caller: Caller,
    whose: Whose,
    now: datetime,
    *,
    team: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[Review]:
    """What lies on the desks that a caller may see, or has left them.

    Args:
        session: any session.
        caller: who asks.
        whose: `mine` (what he may answer and nobody else holds), `team` (everything that waits), `overdue` (of that,
            what is late), `decided` (what is over, the newest first).
        now: the present.
        team: only this team's.
        after: id of the last one shown.
        limit: how many at most.
    """
    wanted = Wanted(
        teams_where(caller, "run.read"),
        team,
        over=whose == "decided",
        due_before=now if whose == "overdue" else None,
        after=after,
    )
    if whose != "mine":
        return read_desk(session, wanted, limit)
    deciding = frozenset(number for number in caller.teams if may(caller, "review.decide", number))
    return _own(session, caller, replace(wanted, teams=deciding), now, limit)


def _own(session: Session, caller: Caller, wanted: Wanted, now: datetime, limit: int) -> list[Review]:
    """Who may answer is said by each question, so the rows are looked at one by one."""
    deciders = {number: decider_of(session, caller, number) for number in wanted.teams or ()}
    own: list[Review] = []
    for _ in range(LOOKED_AT // 200):
        rows = read_desk(session, wanted, 200)
        given = read_decisions_of_all(session, [row.id for row in rows])
        for row in rows:
            assert row.team_id is not None, "it is of one of the teams asked for"
            held = holder_of(row, now)
            if held in (None, caller.person) and why_not(row, deciders[row.team_id], given.get(row.id, ())) is None:
                own.append(row)
        if len(rows) < 200 or len(own) >= limit:
            break
        wanted = replace(wanted, after=rows[-1].id)
    return own[:limit]
