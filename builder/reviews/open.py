"""Opening a Review: in the transaction that parks the step, so that neither is there without the other."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from builder.db import read_clock
from builder.kit.hashing import hash_value
from builder.reviews.desk import expect_review
from builder.reviews.rules import due_moment, place_of
from builder.reviews.schemas import ReviewState
from builder.reviews.store import end_reviews, insert_review
from builder.reviews.tell import tell_asked
from builder.runs import read_facts
from builder.sdk import Mode, Question


def open_review(
    session: Session,
    *,
    run_id: int,
    path: str,
    token: int,
    question: Question,
    mode: Mode,
    starter: str,
    authors: Sequence[str] = (),
    duties: Sequence[Sequence[str]] = (),
) -> None:
    """Puts a question to people. An older one of the same step is superseded: its payload is no longer what is asked.

    Args:
        session: the transaction that parks the step.
        run_id: the run.
        path: the step.
        token: names the run's wait, and becomes the Review's id.
        question: what is asked, and about which payload.
        mode: how the run treats the world.
        starter: who started the run.
        authors: who changed the workflow since the version before.
        duties: for each rule that separates duties, those duties.
    """
    now = read_clock(session)
    why = "The step asks anew, about another payload."
    end_reviews(session, run_id, path, state=ReviewState.SUPERSEDED, why=why, now=now)
    run = read_facts(session, [run_id]).get(run_id)
    values = {
        "id": token,
        "run_id": run_id,
        "path": path,
        "place": place_of(path),
        "mode": mode.value,
        "starter": starter,
        "authors": list(authors),
        "duties": [list(rule) for rule in duties],
        "payload_hash": hash_value(question.record),
        "opened_at": now,
        "due_at": due_moment(question, now),
        "workflow_id": None if run is None else run.workflow_id,
        "team_id": None if run is None else run.team_id,
    }
    insert_review(session, values, question)
    if mode is Mode.LIVE and values["team_id"] is not None:
        tell_asked(session, "review_waits", [expect_review(session, token)], now)
