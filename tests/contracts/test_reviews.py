"""Reviews from the step that asks to the run that goes on, on both back ends: one answer, whoever races."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from builder.audit.tables import audit_event_table
from builder.db import Database
from builder.kit.clock import SYSTEM_CLOCK
from builder.kit.hashing import hash_value
from builder.reviews import (
    AlreadyDecidedError,
    MayNotDecideError,
    PayloadChangedError,
    Review,
    ReviewError,
    UnfitDecisionError,
    UnknownReviewError,
    claim_review,
    decide_review,
    expire_reviews,
    find_review,
    open_review,
    open_reviews_of,
    return_review,
    reviews_of,
    withdraw_review,
)
from builder.reviews.tables import decision_table
from builder.runs import cancel_run
from tests.contracts.world import World, workflow


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with World(database, tmp_path, on_park=open_review, on_withdraw=withdraw_review) as made:
        yield made


def now() -> datetime:
    return SYSTEM_CLOCK.now()


def approval(**config: Any) -> Any:
    """A note, then an approval of it, then a write."""
    return workflow(
        {
            "draft": {"type": "test.note@1", "config": {"text": "Dear Ann"}},
            "check": {
                "type": "review.approve@1",
                "config": {"reviewers": {"role": "lead"}, **config},
                "inputs": {"text": {"from": "draft.text"}},
            },
            "send": {"type": "test.send@1", "inputs": {"text": {"from": "check.record.text"}}},
        },
        ["draft -> check", "check.approved -> send"],
        result={"by": {"from": "check.by"}},
    )


def correction(**config: Any) -> Any:
    return workflow(
        {
            "draft": {"type": "test.note@1", "config": {"text": "Dear Ann"}},
            "check": {
                "type": "review.edit@1",
                "config": {"reviewers": {"role": "lead"}, **config},
                "inputs": {"proposal": {"from": "draft.text"}},
            },
        },
        result={"text": {"from": "check.decided"}, "changed": {"from": "check.changed"}},
    )


def open_of(world: World, run_id: int) -> list[Review]:
    with world.database.read() as session:
        return open_reviews_of(session, run_id)


def park(world: World, document: Any) -> tuple[int, Review]:
    run_id = world.start(document)
    world.until(run_id, "waiting")
    (review,) = open_of(world, run_id)
    return run_id, review


def decide(world: World, review: Review, by: str = "Bob", decision: str = "approve", **more: Any) -> Any:
    with world.database.transaction() as session:
        return decide_review(session, review.id, by=by, decision=decision, now=now(), **more)


def state_of(world: World, review: Review) -> Review:
    with world.database.read() as session:
        return find_review(session, review.id)


def test_an_approval_lets_the_run_go_on(world: World) -> None:
    run_id, review = park(world, approval())
    assert (review.path, review.state, review.starter) == ("check", "open", "ana")
    assert review.question.record == {"text": "Dear Ann"}
    assert review.payload_hash == hash_value({"text": "Dear Ann"})
    answer = decide(world, review, payload_hash=review.payload_hash)
    assert (answer.decision, answer.by) == ("approve", "Bob")
    story = world.until(run_id)
    assert (story.run.status, story.result) == ("succeeded", {"by": "Bob"})
    assert len(world.egress.sent) == 1
    assert state_of(world, review).state == "decided"
    assert open_of(world, run_id) == []


def test_a_decision_leaves_an_event_without_its_payload(world: World) -> None:
    _, review = park(world, correction())
    decide(world, review, decision="edit", edit="Dear Eve", reason="wrong name")
    with world.database.read() as session:
        rows = session.execute(select(audit_event_table).where(audit_event_table.c.kind == "review_decided")).all()
        kept = session.execute(select(decision_table)).one()
    assert len(rows) == 1
    assert (rows[0].actor, rows[0].record["payload_hash"]) == ("Bob", review.payload_hash)
    assert rows[0].record["name"] == "as given, not signed in"
    assert "Eve" not in str(rows[0].record)
    assert kept.changes == [{"path": "", "was": "Dear Ann", "is": "Dear Eve"}]


def test_what_people_approve_is_masked_where_the_policy_masks(world: World) -> None:
    document = workflow(
        {
            "draft": {"type": "test.note@1", "config": {"text": "Write to jane@example.com"}},
            "guard": {
                "type": "policy.personal_data@1",
                "config": {"action": "mask", "rule": "'review'", "reviewers": {"role": "lead"}},
                "inputs": {"text": {"from": "draft.text"}},
            },
            "send": {"type": "test.send@1", "inputs": {"text": {"from": "guard.record.text"}}},
        },
        result={"text": {"from": "guard.record.text"}},
    )
    run_id, review = park(world, document)
    assert review.question.record == {"text": "Write to jane@example.com"}
    assert review.question.verdict is not None
    assert [each.kind for each in review.question.verdict.findings] == ["email"]
    decide(world, review)
    text = world.until(run_id).result["text"]
    assert text.startswith("Write to email-")
    assert text.endswith("@masked.invalid")
    assert "jane" not in str(world.egress.sent)


def test_a_rejection_ends_the_run_refused(world: World) -> None:
    run_id, review = park(world, approval())
    decide(world, review, decision="reject", reason="untrue")
    assert world.until(run_id).run.status == "refused"
    assert world.egress.sent == []


def test_an_edit_replaces_the_proposal(world: World) -> None:
    run_id, review = park(world, correction())
    assert review.question.proposal_schema == {"type": "string"}
    with pytest.raises(UnfitDecisionError, match="does not fit"):
        decide(world, review, decision="edit", edit={"text": "x"}, reason="why")
    with pytest.raises(UnfitDecisionError, match="needs a reason"):
        decide(world, review, decision="edit", edit="Dear Eve")
    decide(world, review, decision="edit", edit="Dear Eve", reason="wrong name")
    assert world.until(run_id).result == {"text": "Dear Eve", "changed": True}


def test_two_at_once_one_decides(world: World) -> None:
    for _ in range(5):
        run_id, review = park(world, approval())
        together = threading.Barrier(2)
        outcomes: list[str] = []

        def race(by: str, review: Review = review, together: threading.Barrier = together) -> None:
            together.wait(5)
            try:
                decide(world, review, by, payload_hash=review.payload_hash)
                outcomes.append("decided")  # noqa: B023  # read only after both threads have ended
            except AlreadyDecidedError as refusal:
                outcomes.append(f"{refusal.status} {refusal.code}")  # noqa: B023  # as above

        threads = [threading.Thread(target=race, args=(by,)) for by in ("Bob", "Eve")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["409 already_decided", "decided"]
        assert world.until(run_id).run.status == "succeeded"


def test_a_later_decision_changes_nothing(world: World) -> None:
    run_id, review = park(world, approval())
    decide(world, review)
    for decision, more in (("approve", {}), ("reject", {"reason": "no"})):
        with pytest.raises(AlreadyDecidedError):
            decide(world, review, "Eve", decision, **more)
    assert world.until(run_id).result == {"by": "Bob"}


def test_a_decision_about_another_payload_is_refused(world: World) -> None:
    _, review = park(world, approval())
    with pytest.raises(PayloadChangedError):
        decide(world, review, payload_hash="0" * 64)
    assert state_of(world, review).state == "open"
    decide(world, review, payload_hash=review.payload_hash)


def test_the_starter_may_not_decide_where_he_is_barred(world: World) -> None:
    run_id, review = park(world, approval(**{"not": ["starter"]}))
    with pytest.raises(MayNotDecideError, match="started this run") as refusal:
        decide(world, review, "Ana")
    assert refusal.value.status == 403
    assert open_of(world, run_id) == [review]
    decide(world, review, "Bob")


def test_as_many_must_agree_as_are_asked_for(world: World) -> None:
    run_id, review = park(world, approval(k=2))
    assert decide(world, review, "Bob") is None
    with pytest.raises(MayNotDecideError, match="decided already"):
        decide(world, review, "bob")
    assert world.read(run_id).run.status == "waiting"
    (asked,) = world.do(reviews_of, run_id)
    assert ([each.by for each in asked.decisions], asked.answer) == (["Bob"], None)
    assert decide(world, review, "Eve").by == "Bob, Eve"
    assert world.until(run_id).result == {"by": "Bob, Eve"}
    (decided,) = world.do(reviews_of, run_id)
    assert [each.by for each in decided.decisions] == ["Bob", "Eve"]
    assert (decided.answer.by, decided.answer.decision) == ("Bob, Eve", "approve")
    assert world.do(reviews_of, run_id + 1) == []


def test_two_of_two_at_once_are_not_lost(world: World) -> None:
    for _ in range(5):
        run_id, review = park(world, approval(k=2))
        together = threading.Barrier(2)

        def agree(by: str, review: Review = review, together: threading.Barrier = together) -> None:
            together.wait(5)
            decide(world, review, by)

        threads = [threading.Thread(target=agree, args=(by,)) for by in ("Bob", "Eve")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert world.until(run_id).run.status == "succeeded"


def test_cancelling_takes_the_question_off_the_desk(world: World) -> None:
    run_id, review = park(world, approval())
    world.do(cancel_run, run_id, "ana")
    assert world.until(run_id).run.status == "cancelled"
    ended = state_of(world, review)
    assert ended.state == "withdrawn"
    assert ended.why
    with pytest.raises(AlreadyDecidedError):
        decide(world, review)


def test_deciding_and_cancelling_at_once_end_in_one_state(world: World) -> None:
    for _ in range(5):
        run_id, review = park(world, approval())
        together = threading.Barrier(2)

        def cancel(run_id: int = run_id, together: threading.Barrier = together) -> None:
            together.wait(5)
            world.do(cancel_run, run_id, "ana")

        thread = threading.Thread(target=cancel)
        thread.start()
        together.wait(5)
        with contextlib.suppress(ReviewError):  # the cancelling was faster
            decide(world, review)
        thread.join()
        story = world.until(run_id)
        assert story.run.status in ("cancelled", "succeeded")
        assert state_of(world, review).state in ("decided", "withdrawn")


def mapped(count: int) -> Any:
    body = {
        "nodes": {
            "check": {
                "type": "review.approve@1",
                "config": {"reviewers": {"role": "lead"}},
                "inputs": {"word": {"from": "item"}},
            },
            "send": {"type": "test.send@1", "inputs": {"word": {"from": "check.record.word"}}},
        },
        "edges": [{"from": "check.approved", "to": "send"}],
        "result": {"by": {"from": "check.by"}},
    }
    return workflow(
        {
            "rows": {
                "type": "flow.map@1",
                "config": {"body": body, "concurrency": count},
                "inputs": {"items": {"value": [f"word {number}" for number in range(count)]}},
            }
        },
        result={"rows": {"from": "rows.items"}},
    )


def test_items_of_one_map_are_one_task_and_each_goes_on_at_once(world: World) -> None:
    run_id = world.start(mapped(3))
    world.until(run_id, "waiting")
    rows = open_of(world, run_id)
    assert [(review.run_id, review.place) for review in rows] == [(run_id, "rows[].check")] * 3
    assert len({review.payload_hash for review in rows}) == 3
    decide(world, rows[1], payload_hash=rows[1].payload_hash)
    while len(world.egress.sent) < 1:
        world.read(run_id)
    decided = rows[1].path
    left = open_of(world, run_id)
    assert sorted([decided, *(review.path for review in left)]) == [f"rows[{number}].check" for number in range(3)]
    for review in left:
        decide(world, review)
    assert world.until(run_id).run.status == "succeeded"
    assert len(world.egress.sent) == 3


def test_a_claim_holds_a_whole_task_for_a_while(world: World) -> None:
    run_id = world.start(mapped(2))
    world.until(run_id, "waiting")
    first, second = open_of(world, run_id)
    assert world.do(claim_review, first.id, "Bob", now()) == 2
    with pytest.raises(ReviewError, match="Bob works on this"):
        world.do(claim_review, second.id, "Eve", now())
    assert world.do(claim_review, second.id, "Eve", now() + timedelta(hours=1)) == 2
    assert world.do(return_review, second.id, "Eve") == 2
    assert state_of(world, first).state == "open"


@pytest.mark.parametrize("word", ["reject", "escalate", "hold"])
def test_time_running_out_never_approves(world: World, word: str) -> None:
    run_id, review = park(world, approval(due_clock="PT1H", on_timeout=word))
    assert world.do(expire_reviews, now()) == 0
    later = now() + timedelta(hours=2)
    assert world.do(expire_reviews, later) == 1
    assert world.do(expire_reviews, later) == 0
    if word == "reject":
        assert world.until(run_id).run.status == "refused"
        assert state_of(world, review).state == "expired"
        with pytest.raises(AlreadyDecidedError):
            decide(world, review)
        return
    assert state_of(world, review).why.startswith("Nobody decided by")
    decide(world, review)
    assert world.until(run_id).run.status == "succeeded"


def test_a_review_that_nobody_knows(world: World) -> None:
    with pytest.raises(UnknownReviewError) as refusal:
        world.do(decide_review, 5, by="Bob", decision="approve", now=now())
    assert refusal.value.status == 404


def test_deciding_in_the_moment_of_parking_wakes_the_run(world: World) -> None:
    """A decider that looks all the time finds a review as soon as its transaction commits; no wake-up may get lost."""
    runs = [world.start(approval()) for _ in range(20)]
    left = set(runs)
    while left:
        for run_id in list(left):
            for review in open_of(world, run_id):
                decide(world, review)
                left.discard(run_id)
    for run_id in runs:
        assert world.until(run_id).run.status == "succeeded"
