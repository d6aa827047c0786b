"""Telling those who are asked: a review waits for them, is due, or was withdrawn. A notice links; it never decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from builder.kit.ids import show_id
from builder.notices import tell_people
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
        people = [
            person for person, who in _reviewers(session, each.team_id).items() if why_not(each, who, earlier) is None
        ]
        topic = f"{show_id(each.workflow_id or each.run_id)} {each.place}"
        link = f"/reviews/{show_id(each.id)}"
        tell_people(session, people, kind, topic=topic, link=link, many="/reviews", now=now, workflow=run.name)


def _reviewers(session: Session, team_id: int) -> dict[int, Decider]:
    """Everybody who could answer for a team."""
    people = find_team_people(session, team_id, "reviewer")
    ids = [each.id for each in people]
    org_roles, names = read_org_roles(session, ids), read_teams(session, None)
    roles: dict[int, frozenset[str]] = dict(org_roles)
    groups: dict[int, set[str]] = {}
    for each in read_memberships(session, people=ids):
        groups.setdefault(each.person_id, set()).add(names[each.team_id])
        if each.team_id == team_id:
            roles[each.person_id] = roles[each.person_id] | each.roles
    return {
        each.id: Decider(show_id(each.id), each.name, each.email, roles[each.id], frozenset(groups.get(each.id, ())))
        for each in people
    }
