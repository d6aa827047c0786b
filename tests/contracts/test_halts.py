"""What is halted goes no further, on either back end; nothing of it is lost, and it goes on when the halt is over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text

from builder.db import Database, read_clock, to_milliseconds
from builder.governance.schemas import Halt, HaltScope
from builder.governance.store.halts import end_halt, insert_halt
from builder.kit.ids import new_id, show_id
from builder.runs import HaltKeeper, cancel_run, resume_run
from builder.runs.store.halting import count_halted
from builder.sdk import Decision
from tests.contracts.history import check_history
from tests.contracts.world import TYPES, World, compile_document, workflow

TWO_WRITES = workflow({"one": {"type": "test.send@1", "config": {"seconds": 0.3}}, "two": {"type": "test.send@1"}})
REVIEWED = workflow(
    {
        "check": {
            "type": "review.approve@1",
            "config": {"question": "May it go out?", "reviewers": {"role": "reviewer"}},
            "inputs": {"text": {"value": "hello"}},
        },
        "two": {"type": "test.send@1"},
    },
    ["check.approved -> two"],
)
PAUSED = workflow({"wait": {"type": "flow.wait@1", "config": {"wait_for": "PT1H"}}, "two": {"type": "test.send@1"}})
OUR_TEAM = 7


@pytest.fixture
def world(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr("builder.runs.worker.HEARTBEAT", 0.05)  # how soon a worker hears of a halt
    with World(database, tmp_path) as opened:
        yield opened


@pytest.fixture
def keeper(database: Database) -> HaltKeeper:
    return keeper_of(database)


def keeper_of(database: Database) -> HaltKeeper:
    site: Any = SimpleNamespace(
        types=TYPES, models=SimpleNamespace(find_true_name=str), load_plan=compile_document, database=database,
        transaction=database.transaction,
    )  # fmt: skip
    return HaltKeeper(site)


def halt(world: World, scope: HaltScope, about: str = "", lasts: timedelta | None = None) -> int:
    with world.database.transaction() as session:
        now = read_clock(session)
        number = new_id(to_milliseconds(now))
        until = None if lasts is None else now + lasts
        insert_halt(session, Halt(number, scope, about, "It went wrong.", until, show_id(1), now))
    return number


def lift(world: World, number: int) -> None:
    with world.database.transaction() as session:
        assert end_halt(session, number, show_id(1), read_clock(session))


def held(world: World) -> dict[int, int]:
    with world.database.read() as session:
        return dict(count_halted(session))


def until(holds: Callable[[], Any], seconds: float = 20.0) -> Any:
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end
        time.sleep(0.01)
    return found


def test_a_run_ends_the_step_in_hand_and_begins_no_other_until_the_halt_is_over(
    world: World, keeper: HaltKeeper
) -> None:
    stops = until_it_sends(world, run_id := world.start(TWO_WRITES, team_id=OUR_TEAM))
    number = halt(world, HaltScope.TEAM, str(OUR_TEAM))
    keeper.keep()
    assert held(world) == {number: 1}
    world.until(run_id, "ready")
    assert stops() == ["one"]
    world.worker.advance(run_id)  # a ring that comes all the same
    world.keep()
    world.until_idle()
    assert [step.path for step in world.read(run_id).steps if step.status.value == "succeeded"] == ["one"]
    lift(world, number)
    keeper.keep()
    story = world.until(run_id)
    assert story.run.status == "succeeded"
    assert stops() == ["one", "two"]
    assert held(world) == {}
    check_history(story)


def until_it_sends(world: World, run_id: int) -> Callable[[], list[str]]:
    """Waits until the first write is under way; tells what was sent."""
    until(lambda: any(step.status.value == "running" for step in world.read(run_id).steps))
    return lambda: [value for sent in world.egress.sent for key, value in sent.headers if key == "X-Path"]


def test_what_is_decided_meanwhile_counts_when_the_halt_is_over(world: World, keeper: HaltKeeper) -> None:
    run_id = world.start(REVIEWED, workflow_id=11)
    other = world.start(REVIEWED, workflow_id=12)
    for each in (run_id, other):
        world.until(each, "waiting")
    number = halt(world, HaltScope.WORKFLOW, "11")
    keeper.keep()
    for each in (run_id, other):
        world.do(resume_run, each, "check", Decision("approve", "kim", reason="fine"))
    assert world.until(other).run.status == "succeeded"
    assert world.read(run_id).run.status == "ready"
    world.keep()
    world.until_idle()
    assert len(world.egress.sent) == 1
    lift(world, number)
    keeper.keep()
    assert world.until(run_id).run.status == "succeeded"
    assert len(world.egress.sent) == 2


def test_time_that_passes_meanwhile_starts_nothing_and_is_not_forgotten(world: World, keeper: HaltKeeper) -> None:
    run_id = world.start(PAUSED)
    world.until(run_id, "waiting")
    number = halt(world, HaltScope.ORGANISATION)
    keeper.keep()
    with world.database.transaction() as session:  # its moment has come
        session.execute(text("UPDATE run SET wake_at = 0"))
    world.keep()
    assert world.read(run_id).run.status == "ready"
    assert world.egress.sent == []
    lift(world, number)
    keeper.keep()
    world.until(run_id, "waiting")  # an hour is not over: it looked, and waits on


def test_a_halted_run_can_be_cancelled(world: World, keeper: HaltKeeper) -> None:
    waits, ready = world.start(REVIEWED), world.start(TWO_WRITES)
    world.until(waits, "waiting")
    until_it_sends(world, ready)
    halt(world, HaltScope.ORGANISATION)
    keeper.keep()
    world.until(ready, "ready")
    for each in (waits, ready):
        world.do(cancel_run, each, "ana")
        story = world.until(each)
        assert story.run.status == "cancelled"
        check_history(story)


@pytest.mark.parametrize(
    ("scope", "about", "concerned"),
    [
        (HaltScope.NODE_TYPE, "test.send", {"writes", "reviewed"}),
        (HaltScope.NODE_TYPE, "review.approve", {"reviewed"}),
        (HaltScope.NODE_TYPE, "test.sen", set()),
        (HaltScope.RULE, "Money/budget", {"limited"}),
        (HaltScope.TEAM, str(OUR_TEAM), {"writes"}),
        (HaltScope.WORKFLOW, "11", {"reviewed"}),
        (HaltScope.ORGANISATION, "", {"writes", "reviewed", "limited"}),
    ],
)
def test_a_halt_holds_what_it_names_and_nothing_else(
    database: Database, tmp_path: Path, scope: HaltScope, about: str, concerned: set[str]
) -> None:
    note = workflow({"one": {"type": "test.note@1"}})
    with World(database, tmp_path, ring=False) as world:
        runs = {
            "writes": world.start(TWO_WRITES, team_id=OUR_TEAM),
            "reviewed": world.start(REVIEWED, workflow_id=11),
            "limited": world.start({**note, "limit": "run.cost < 1.0"}),
        }
        number = halt(world, scope, about)
        keeper_of(database).keep()
        assert held(world) == ({number: len(concerned)} if concerned else {})
        for name, run_id in runs.items():
            world.worker.advance(run_id)
            if name not in concerned:
                world.until(run_id, "succeeded", "waiting")
        world.until_idle()
        assert {name for name, run_id in runs.items() if world.read(run_id).run.status == "ready"} == concerned


def test_a_halt_ends_by_itself_and_what_another_one_stops_stays(world: World, keeper: HaltKeeper) -> None:
    run_id = world.start(REVIEWED, team_id=OUR_TEAM)
    free = world.start(REVIEWED)
    for each in (run_id, free):
        world.until(each, "waiting")
    everything = halt(world, HaltScope.ORGANISATION, lasts=timedelta(seconds=0.3))
    team = halt(world, HaltScope.TEAM, str(OUR_TEAM))
    keeper.keep()
    assert held(world) == {everything: 2}

    def is_over() -> bool:
        keeper.keep()
        return held(world) == {team: 1}

    until(is_over)


def test_several_keepers_at_once_hold_everything_once(database: Database, tmp_path: Path) -> None:
    with World(database, tmp_path, ring=False) as world:
        for _ in range(60):
            world.start(TWO_WRITES, team_id=OUR_TEAM)
        numbers = [halt(world, HaltScope.ORGANISATION), halt(world, HaltScope.TEAM, str(OUR_TEAM))]
        keepers = [keeper_of(database) for _ in range(4)]

        def keep_all() -> None:
            with ThreadPoolExecutor(4) as pool:
                for done in [pool.submit(each.keep) for each in keepers]:
                    done.result()

        keep_all()
        keep_all()  # on PostgreSQL a keeper leaves out what another one has in its hands
        assert held(world) == {numbers[0]: 60}
        lift(world, numbers[0])
        keep_all()
        keep_all()
        assert held(world) == {numbers[1]: 60}
        lift(world, numbers[1])
        keep_all()
        keep_all()
        assert held(world) == {}
