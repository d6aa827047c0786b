"""Showing Reviews: as rows of a desk, with people, teams and steps by name."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from builder.files import file_ids
from builder.kit.ids import read_id, show_id
from builder.reviews.desk import decider_of
from builder.reviews.rules import excerpt_record, holder_of, is_asked, why_not
from builder.reviews.schemas import Decider, Review, ReviewState
from builder.reviews.store import count_siblings, read_decisions_of_all
from builder.reviews.views import ExcerptPart, Owned, ReviewRow, Who
from builder.runs import RunFacts, find_own_looks, read_facts, read_woven_of, sees_payload
from builder.sdk import Mode, NodeType
from builder.teams import Caller, may_read_payload, read_people, read_teams

_POSITION = re.compile(r"\[\d+\]")
_KEPT = 64
_documents: OrderedDict[str, Mapping[str, Any]] = OrderedDict()
"""The woven documents that rows were last shown of, by hash: they never change."""


def show_rows(
    session: Session, caller: Caller, reviews: Sequence[Review], types: Mapping[str, NodeType], now: datetime
) -> list[ReviewRow]:
    """Reviews as rows, for somebody who may know of them."""
    runs = read_facts(session, [each.run_id for each in reviews])
    people = name_people(session, [name for each in reviews for name in (each.claimed_by, each.starter)])
    teams = read_teams(session, frozenset(each.team_id for each in reviews if each.team_id is not None))
    waiting = count_siblings(session, {(each.run_id, each.place) for each in reviews})
    given = read_decisions_of_all(session, [each.id for each in reviews])
    deciders = {number: decider_of(session, caller, number) for number in {each.team_id for each in reviews}}
    looked = find_own_looks(session, caller)
    rows = []
    for each in reviews:
        held = holder_of(each, now)
        refusal = why_not(each, deciders[each.team_id], given.get(each.id, ())) if each.waits else "It is over."
        seen = sees_record(session, caller, each, runs.get(each.run_id), deciders[each.team_id], looked)
        others = waiting.get((each.run_id, each.place), 0) - each.waits
        rows.append(
            ReviewRow(
                id=each.id,
                title=title_of(read_document(session, runs[each.run_id]), each.path, types),
                question=each.question.title,
                workflow=_workflow_of(each, runs[each.run_id]),
                run=each.run_id,
                step=each.path,
                place=each.place,
                starter=people.get(each.starter) or Who(id=each.starter, name=each.starter),
                excerpt=_excerpt_of(each) if seen else [],
                state=ReviewState.OPEN if each.waits and held is None else each.state,
                why=each.why or None,
                team=None if each.team_id is None else Owned(id=each.team_id, name=teams.get(each.team_id, "")),
                dry=each.mode is not Mode.LIVE,
                asked_at=each.opened_at,
                due_at=each.due_at,
                overdue=each.waits and each.due_at is not None and each.due_at <= now,
                claimed_by=None if held is None else people[held],
                claimed_until=None if held is None else each.claimed_until,
                mine=refusal is None and held in (None, caller.person),
                why_not=refusal,
                siblings=others,
            )
        )
    return rows


def sees_record(
    session: Session, caller: Caller, review: Review, run: RunFacts | None, who: Decider, looked: Collection[int] | None
) -> bool:
    """Whether a caller may see what a Review is about.

    Args:
        session: any session.
        caller: who asks.
        review: the Review.
        run: its run, if there is one.
        who: the caller, as somebody who may be asked by the Review's team.
        looked: inside which runs the caller looks now; None where that is still to be found.
    """
    if review.team_id is None:
        return False
    if run is not None and sees_payload(session, caller, run, looked):
        return True
    return may_read_payload(caller, review.team_id, started=False, dry=False, asked=is_asked(review, who))


def _excerpt_of(review: Review) -> list[ExcerptPart]:
    record = review.question.record
    files = [show_id(number) for number in file_ids(record)]
    return [ExcerptPart(name=name, text=text) for name, text in excerpt_record(record, files)]


def _workflow_of(review: Review, run: RunFacts) -> Owned | None:
    return None if review.workflow_id is None else Owned(id=review.workflow_id, name=run.name)


def name_people(session: Session, people: Iterable[str | None]) -> Mapping[str, Who]:
    """People as rows name them, with their names; a name that was given at a terminal is its own."""
    texts = {each for each in people if each}
    numbers = {}
    for text in texts:
        try:
            numbers[text] = read_id(text)
        except ValueError:  # a name as given, or the keeper
            continue
    known = read_people(session, list(numbers.values())) if numbers else {}
    return {text: Who(id=text, name=known[numbers[text]].name if numbers.get(text) in known else text)
            for text in texts}  # fmt: skip


# ---------------------------------------------------------------- steps by name


def read_document(session: Session, run: RunFacts) -> Mapping[str, Any]:
    """The woven document that a run runs."""
    found = _documents.get(run.plan_hash)
    if found is None:
        found = read_woven_of(session, run.id)
        _documents[run.plan_hash] = found
        while len(_documents) > _KEPT:
            _documents.popitem(last=False)
    return found


def node_of(document: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    """The node behind a step path; empty when the document has none there."""
    graph: Mapping[str, Any] = document.get("graph", {})
    node: Mapping[str, Any] = {}
    for part in _POSITION.sub("", path).split("."):
        node = graph.get("nodes", {}).get(part, {})
        config = node.get("config", {})
        graph = config.get("body") or document.get("called", {}).get(config.get("workflow"), {})
    return node


def title_of(document: Mapping[str, Any], path: str, types: Mapping[str, NodeType]) -> str:
    """What people call a step: its title, or else that of its type."""
    node = node_of(document, path)
    kind = types.get(str(node.get("type", "")))
    return str(node.get("title") or "") or (kind.title if kind is not None else path)
