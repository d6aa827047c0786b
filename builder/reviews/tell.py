"""Telling those who are asked: a review waits for them, is due, or was withdrawn. A notice links; it never decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from builder.kit.ids import show_id
from builder.notices import settle_notices, tell_people
from builder.reviews.rules import why_not
from builder.reviews.schemas import Decider, Review
from builder.reviews.store import read_decisions
from builder.runs import read_facts
from builder.sdk import Mode
from builder.teams import find_team_people, read_memberships, read_org_roles, read_teams


def tell_asked(
    session: Session,
    kind: Literal["review_waits", "review_due", "review_withdrawn"],
    reviews: Sequence[Review],
    now: datetime,
) -> None:
    """Tells everybody who may answer them. Only live runs ask at desks, and only of a team it is known who is asked."""
    for each in reviews:
        run = read_facts(session, [each.run_id]).get(each.run_id)
        if each.mode is not Mode.LIVE or each.team_id is None or run is None:
            continue
        earlier = read_decisions(session, each.id)
        people = [person for person, who in _reviewers(session, each).items() if why_not(each, who, earlier) is None]
        topic, link = _place_of(each)
        tell_people(session, people, kind, topic=topic, link=link, many="/reviews", now=now, workflow=run.name)


def settle_asked(session: Session, reviews: Sequence[Review], now: datetime) -> None:
    """Whoever was asked for what is over need not read that it waits."""
    for each in reviews:
        topic, link = _place_of(each)
        for kind in ("review_waits", "review_due"):
            settle_notices(session, kind, topic=topic, link=link, now=now)


def _place_of(review: Review) -> tuple[str, str]:
    """The topic of its notices, and where they lead."""
    return f"{show_id(review.workflow_id or review.run_id)} {review.place}", f"/reviews/{show_id(review.id)}"


def _reviewers(session: Session, review: Review) -> dict[int, Decider]:
    """Everybody who could answer for a Review's team; with the names of their teams where the question asks a group."""
    assert review.team_id is not None, "it is of a team"
    people = find_team_people(session, review.team_id, "reviewer")
    ids = [each.id for each in people]
    asks_group = bool(review.question.reviewers.get("group"))
    memberships = read_memberships(session, people=ids, teams=None if asks_group else [review.team_id])
    names = read_teams(session, frozenset(each.team_id for each in memberships)) if asks_group else {}
    roles = dict(read_org_roles(session, ids))
    groups: dict[int, set[str]] = {number: set() for number in ids}
    for each in memberships:
        groups[each.person_id].add(names.get(each.team_id, ""))
        if each.team_id == review.team_id:
            roles[each.person_id] |= each.roles
    return {
        each.id: Decider(show_id(each.id), each.name, each.email, roles[each.id], frozenset(groups[each.id]))
        for each in people
    }
