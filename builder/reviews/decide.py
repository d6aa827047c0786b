"""Deciding: once, by somebody who may, on the payload that was shown; the run goes on in the same transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.kit.ids import show_id
from builder.reviews.desk import expect_review
from builder.reviews.rules import (
    EDIT,
    diff_values,
    fit_edit,
    given_name,
    needed_of,
    proposal_of,
    settle_decisions,
    unfit,
    why_not,
)
from builder.reviews.schemas import (
    AlreadyDecidedError,
    Decider,
    GivenDecision,
    MayNotDecideError,
    PayloadChangedError,
    Review,
    ReviewState,
    UnfitDecisionError,
)
from builder.reviews.store import end_review, insert_decision, read_decisions
from builder.reviews.tell import settle_asked
from builder.runs import hold_run, resume_run
from builder.sdk import JSON, Decision


def decide_review(
    session: Session,
    review_id: int,
    *,
    by: str | Decider,
    decision: str,
    now: datetime,
    payload_hash: str | None = None,
    edit: JSON = None,
    reason: str = "",
) -> Decision | None:
    """Gives an answer. Exactly one answer ends a Review, however many are given at once.

    Args:
        session: the transaction; the run goes on when it commits.
        review_id: which Review.
        by: who decides; a text is a name as given, at a terminal.
        decision: `approve`, `edit` or `reject`, as far as the question offers them.
        now: when.
        payload_hash: hash of the payload that was looked at; None only where it was shown in the same breath.
        edit: for `edit`, the new proposal.
        reason: why; to edit and to reject need one.

    Returns:
        The answer that the run was given; None while more people must agree.

    Raises:
        UnknownReviewError: there is no such Review.
        AlreadyDecidedError: it no longer waits.
        PayloadChangedError: it is about another payload.
        MayNotDecideError: this person may not decide it.
        UnfitDecisionError: the answer is not one that was asked for.
        RunOverError: the run ended meanwhile.
    """
    hold_run(session, expect_review(session, review_id).run_id)
    review = expect_review(session, review_id, lock=True)
    if not review.waits:
        raise AlreadyDecidedError(f"This is decided, or no longer asked: {review.why}", state=review.state.value)
    if payload_hash is not None and payload_hash != review.payload_hash:
        raise PayloadChangedError(
            "What you looked at is not what is asked now.", way_out="Look at it again, then decide."
        )
    who = given_name(by) if isinstance(by, str) else by
    earlier = read_decisions(session, review_id)
    refusal = why_not(review, who, earlier)
    if refusal is not None:
        raise MayNotDecideError(refusal)
    given = _check(review, GivenDecision(who.person, decision, reason.strip(), edit, who.name))
    _keep(session, review, who, given, now)
    answer = settle_decisions(review.question, [*earlier, given], needed_of(review.question, review.mode))
    if answer is not None:
        why = f"{answer.by} decided: {answer.decision}."
        end_review(session, review_id, ReviewState.DECIDED, why, now)
        settle_asked(session, [review], now)
        resume_run(session, review.run_id, review.path, answer)
    return answer


def _check(review: Review, given: GivenDecision) -> GivenDecision:
    """The answer with its edit in its one form."""
    sentence = unfit(review.question, given)
    if sentence is not None:
        raise UnfitDecisionError(sentence)
    if given.decision != EDIT:
        return given
    value, problems = fit_edit(review.question, given.edit)
    if problems:
        place = ".".join(str(part) for part in problems[0].path) or None
        told = " ".join(f"{'.'.join(map(str, each.path)) or 'The edit'}: {each.sentence}" for each in problems[:5])
        raise UnfitDecisionError(f"The edit does not fit the proposal. {told}", field=place)
    return replace(given, edit=value)


def _keep(session: Session, review: Review, who: Decider, given: GivenDecision, now: datetime) -> None:
    changes = diff_values(proposal_of(review.question), given.edit) if given.decision == EDIT else None
    values = {"review_id": review.id, "by": given.by, "name": given.name, "decision": given.decision}
    values |= {"reason": given.reason}
    values |= {"edit": given.edit, "changes": changes, "payload_hash": review.payload_hash, "decided_at": now}
    insert_decision(session, values)
    append_event(
        session,
        "review_decided",
        actor=f"{who.person} {who.name} <{who.email}>" if who.signed_in else who.person,
        subject=f"review {show_id(review.id)}",
        now=now,
        record={
            "run": show_id(review.run_id),
            "path": review.path,
            "decision": given.decision,
            "payload_hash": review.payload_hash,
            "mode": review.mode.value,
            **({} if who.signed_in else {"name": "as given, not signed in"}),
        },
    )
