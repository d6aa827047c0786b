"""Who may refuse a start is asked in its transaction, and again before the first step; nothing starts half-way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from builder.db import Database
from builder.engine.plan import Plan
from builder.runs import Retry, resume_run
from builder.sdk import Decision
from builder.teams import Admission, NotAdmittedError, Wish
from tests.contracts.history import check_history
from tests.contracts.world import World, workflow

NOTES = workflow({"one": {"type": "test.note@1", "config": {"text": "x"}}, "two": {"type": "test.send@1"}})
REVIEWED = workflow(
    {
        "one": {"type": "test.note@1", "config": {"text": "x"}},
        "check": {
            "type": "review.approve@1",
            "config": {"question": "May it go out?", "reviewers": {"role": "reviewer"}},
            "inputs": {"text": {"from": "one.text"}},
        },
        "two": {"type": "test.send@1"},
    },
    ["one -> check", "check.approved -> two"],
)


class OverError(NotAdmittedError):
    """Something is over."""

    code = "something_over"


class Gate:
    """Refuses as its `judge` says; notes what it was asked."""

    def __init__(self, judge: Callable[[Wish], bool], *, concerned: bool = True) -> None:
        self.judge = judge
        self.concerned = concerned
        self.asked: list[Wish] = []

    def concerns(self, plan: Plan) -> bool:
        return self.concerned

    def check(self, session: Session, plan: Plan, wish: Wish) -> None:
        session.execute(text("SELECT 1"))
        self.asked.append(wish)
        if not self.judge(wish):
            raise OverError("The credential “CRM” is over.", way_out="Ask IT to renew it.")


@pytest.fixture
def open_world(database: Database, tmp_path: Path) -> Iterator[Callable[..., World]]:
    made: list[World] = []

    def make(*gates: Gate) -> World:
        made.append(World(database, tmp_path, admission=Admission(*gates)).__enter__())
        return made[-1]

    yield make
    for each in made:
        each.__exit__()


def count_runs(world: World) -> Any:
    with world.database.read() as session:
        return session.execute(text("SELECT count(*) FROM run")).scalar_one()


def test_a_refused_start_leaves_no_run(open_world: Callable[..., World]) -> None:
    gate = Gate(lambda wish: False)
    world = open_world(Gate(lambda wish: True), gate)
    with pytest.raises(OverError) as refused:
        world.start(NOTES)
    assert refused.value.why == "The credential “CRM” is over. Ask IT to renew it."
    assert refused.value.wish == gate.asked[0]
    assert refused.value.status == 409
    assert count_runs(world) == 0


def test_what_changed_since_the_start_refuses_the_run_before_its_first_step(open_world: Callable[..., World]) -> None:
    gate = Gate(lambda wish: wish.run_id is None)
    world = open_world(gate)
    run_id = world.start(NOTES)
    story = world.until(run_id)
    assert (story.run.status, story.run.why) == ("refused", "The credential “CRM” is over. Ask IT to renew it.")
    assert story.steps == ()
    assert world.egress.sent == []
    assert [wish.run_id for wish in gate.asked] == [None, run_id]
    ended = [facts for kind, _, facts in world.desk.events if kind == "run_ended"]
    assert ended[0]["status"] == "refused"
    check_history(story)


def test_a_run_that_has_begun_is_not_asked_again(open_world: Callable[..., World]) -> None:
    gate = Gate(lambda wish: True)
    world = open_world(gate)
    run_id = world.start(REVIEWED)
    world.until(run_id, "waiting")
    gate.judge = lambda wish: False
    world.do(resume_run, run_id, "check", Decision("approve", by="rita"))
    assert world.until(run_id).run.status == "succeeded"
    assert len(gate.asked) == 2


def test_a_retry_is_a_start_and_begins_nothing_either(open_world: Callable[..., World]) -> None:
    gate = Gate(lambda wish: True)
    world = open_world(gate)
    run_id = world.start(NOTES)
    world.until(run_id)
    plan = world.worker._plans.load(plan_of(world, run_id))
    gate.judge = lambda wish: wish.run_id is None
    again = world.until(world.retry(plan, Retry(run_id, "two", "otto")))
    assert again.run.status == "refused"
    assert len(world.egress.sent) == 1
    check_history(again)
    gate.judge = lambda wish: False
    with pytest.raises(OverError):
        world.retry(plan, Retry(run_id, "two", "otto"))
    assert count_runs(world) == 2


def plan_of(world: World, run_id: int) -> str:
    with world.database.read() as session:
        found = session.execute(text("SELECT plan_hash FROM run WHERE id = :id"), {"id": run_id}).scalar_one()
        return str(found)


def test_who_is_not_concerned_is_not_asked(open_world: Callable[..., World]) -> None:
    gate = Gate(lambda wish: False, concerned=False)
    world = open_world(gate)
    assert world.until(world.start(NOTES)).run.status == "succeeded"
    assert gate.asked == []
