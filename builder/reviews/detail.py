"""One Review with everything that helps to answer it: the record, what is marked in it, and how it came here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from builder.engine.state import FINAL_STEPS, StepStatus, split_step_path
from builder.files import FileView, file_ids, read_files_of, show_file
from builder.kit.shapes import schema_of
from builder.reviews.desk import decider_of, find_own_review
from builder.reviews.marks import find_marks
from builder.reviews.rules import EDIT, REJECT, needed_of, proposal_of, reasons_for
from builder.reviews.schemas import GivenDecision, Review
from builder.reviews.show import name_people, node_of, read_document, sees_record, show_rows, title_of
from builder.reviews.store import read_decisions, read_siblings, read_similar
from builder.reviews.views import (
    ChangedView,
    DecisionView,
    ReviewDetail,
    SaidView,
    SimilarView,
    SpanView,
    VerdictView,
)
from builder.runs import StepView, can_look_inside, read_facts, read_run
from builder.sdk import JSON, NodeType
from builder.teams import Caller

_POSITION = re.compile(r"\[\d+\]")
_SAID_AT_MOST = 100


def show_review(
    session: Session,
    caller: Caller,
    review_id: int,
    now: datetime,
    types: Mapping[str, NodeType],
) -> ReviewDetail:
    """A Review for the screen.

    Raises:
        UnknownReviewError: there is none that this caller may know of.
    """
    review = find_own_review(session, caller, review_id)
    siblings = read_siblings(session, review, 200)
    row, *items = show_rows(session, caller, [review, *siblings], types, now)
    run = read_facts(session, [review.run_id])[review.run_id]
    document = read_document(session, run)
    shown = may_see_record(session, caller, review)
    question, given = review.question, read_decisions(session, review.id)
    people = name_people(session, [each.by for each in given])
    return ReviewDetail(
        **dict(row),
        kind="edit" if EDIT in question.choices else "approve",
        payload=shown,
        may_look_inside=can_look_inside(caller, run, seen=shown),
        record=question.record if shown else None,
        proposal=proposal_of(question) if shown and EDIT in question.choices else None,
        proposal_schema=_schema_of(review) if shown else None,
        payload_hash=review.payload_hash,
        spans=_spans(review) if shown else [],
        said=_said(session, review, document, types),
        why_here=why_here(review, document, types),
        last_similar=_similar(session, review, shown=shown),
        choices=list(question.choices),
        reasons=list(reasons_for(question)),
        reason_wanted=[choice for choice in question.choices if choice in (EDIT, REJECT)],
        needed=needed_of(question, review.mode),
        decisions=[
            DecisionView(
                by=people[each.by],
                decision=each.decision,
                reason=each.reason if shown else "",
                at=each.at or review.opened_at,
                changes=_changes(each) if shown else None,
            )
            for each in given
        ],
        items=items,
        files=_files(session, review) if shown else [],
    )


def _files(session: Session, review: Review) -> list[FileView]:
    """The files that stand in a Review's record."""
    named = file_ids(review.question.record)
    return [show_file(each) for each in read_files_of(session, review.run_id) if each.id in named] if named else []


def may_see_record(session: Session, caller: Caller, review: Review) -> bool:
    """Whether a caller may see what a Review is about."""
    run = read_facts(session, [review.run_id]).get(review.run_id)
    return sees_record(session, caller, review, run, decider_of(session, caller, review.team_id), None)


def why_here(review: Review, document: Mapping[str, Any], types: Mapping[str, NodeType]) -> str:
    """One sentence: who wants that people look at this."""
    place = _POSITION.sub("", review.path)
    inserted = next((each for each in document.get("insertions", ()) if each.get("id") == place), None)
    title = title_of(document, review.path, types)
    verdict = review.question.verdict
    said = f" “{title}” says: {verdict.reason}." if verdict is not None else ""
    if inserted is not None:
        rule = f"The rule {inserted['rule']} of {inserted['template']} wants people to look here."
        return f"{rule}{said}"
    if verdict is not None:
        return f"A policy of this workflow asks.{said}"
    return f"The workflow asks people at its step “{title}”."


def _schema_of(review: Review) -> JSON:
    if EDIT not in review.question.choices:
        return None
    return review.question.proposal_schema or schema_of(proposal_of(review.question))


def _spans(review: Review) -> list[SpanView]:
    verdict = review.question.verdict
    return find_marks(review.question.record, () if verdict is None else verdict.findings)


def _changes(given: GivenDecision) -> list[ChangedView] | None:
    if not isinstance(given.changes, list):
        return None
    return [ChangedView(path=each["path"], was=each["was"], now=each["is"]) for each in given.changes]


def _similar(session: Session, review: Review, *, shown: bool) -> SimilarView | None:
    found = read_similar(session, review)
    given = [] if found is None else read_decisions(session, found.id)
    if found is None or not given:
        return None
    last, run = given[-1], read_facts(session, [found.run_id]).get(found.run_id)
    return SimilarView(
        review=found.id,
        decision=last.decision,
        by=name_people(session, [last.by])[last.by],
        reason=last.reason if shown else "",
        at=last.at or found.opened_at,
        run_state=None if run is None else run.status,
    )


# ---------------------------------------------------------------- what was said before


def _said(
    session: Session,
    review: Review,
    document: Mapping[str, Any],
    types: Mapping[str, NodeType],
) -> list[SaidView]:
    """What the steps before it came to: those around it, and those of its own item."""
    around = {"", *_scopes(review.path)}
    said = [
        SaidView(
            step=step.path,
            title=title_of(document, step.path, types),
            type=str(node_of(document, step.path).get("type", "")),
            sentence=_sentence_of(step),
            verdict=_verdict_of(step),
        )
        for step in read_run(session, review.run_id, None).steps
        if step.path != review.path
        and split_step_path(step.path)[0] in around
        and step.status in FINAL_STEPS
        and step.status is not StepStatus.SKIPPED
        and step.ended is not None
        and step.ended <= review.opened_at
    ]
    return said[-_SAID_AT_MOST:]


def _scopes(path: str) -> list[str]:
    """The scopes that a step stands in, from the outermost: `a[2].b[0].c` → `a[2]`, `a[2].b[0]`."""
    parts = path.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts))]


def _verdict_of(step: StepView) -> VerdictView | None:
    return None if step.verdict is None else VerdictView(word=step.verdict["word"], reason=step.verdict["reason"])


def _sentence_of(step: StepView) -> str:
    if step.verdict is not None:
        reason = str(step.verdict["reason"])
        return f"{reason[:1].upper()}{reason[1:]}."
    if step.error is not None:
        return str(step.error.get("sentence", "It failed."))
    return step.why or {StepStatus.SUCCEEDED: "Done."}.get(step.status, f"It ended {step.status.value}.")
