"""Schedules on both back ends: each due time starts one run, whatever happens to clocks, processes and settings."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any

import pytest
from sqlalchemy import select, update

from builder.engine.schedule import ScheduleSettings, Timing, due_times
from builder.kit.ids import show_id
from builder.runs import Retry, retry_from_step
from builder.runs.tables import run_table
from builder.settings import read_settings
from builder.teams.store import save_membership
from builder.triggers import Trigger, Wish, change_trigger, find_trigger, keep_schedules, make_trigger, switch_trigger
from builder.triggers.store import read_armed
from builder.triggers.tables import fire_table, trigger_table
from builder.wiring import open_application
from tests.backends import Backend
from tests.contracts.keeper_process import HandClock, Keeper, hand_clock
from tests.rooms.workflows.cases import make_workflow
from tests.rooms.world import URL, World, people_world

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
HOURLY = {"every": "cron", "cron": "*/15 * * * *"}
_numbers = itertools.count(1)


class Timekeeper:
    """An installation whose clock is in the test's hand."""

    def __init__(self, backend: Backend) -> None:
        self.said = {"HANDRAIL_HOME": str(backend.folder), "HANDRAIL_DATABASE_URL": backend.address,
                     "HANDRAIL_URL": URL}  # fmt: skip
        self.clock = HandClock(backend.address, NOON)
        self.world: World = people_world(open_application(read_settings(self.said)))
        callers = {name: self.world.caller(name) for name in self.world.people}
        self.world.caller = callers.__getitem__  # type: ignore[method-assign]  # the same answers, without a transaction
        self.workflow = make_workflow(self.world, live=True)

    def add(self, when: Mapping[str, Any] = HOURLY, zone: str = "UTC", **more: Any) -> Trigger:
        """A schedule that is on."""
        settings = {"when": dict(when), "zone": zone, **more}
        builder = self.world.caller("builder")
        wish = Wish("schedule", f"Schedule {next(_numbers)}", settings, {"text": {"from": "fire.due"}})
        with self.world.transaction() as session:
            return switch_trigger(session, builder, make_trigger(session, builder, self.workflow, wish).id, on=True)

    def change(self, trigger: Trigger, **settings: Any) -> None:
        builder = self.world.caller("builder")
        with self.world.transaction() as session:
            there = find_trigger(session, builder, trigger.id)
            values = {"settings": {**there.settings, **settings}}
            change_trigger(session, builder, trigger.id, there.revision, values)

    def switch(self, trigger: Trigger, *, on: bool) -> None:
        with self.world.transaction() as session:
            switch_trigger(session, self.world.caller("builder"), trigger.id, on=on)

    def go(self, moment: datetime, *, keep: bool = True) -> None:
        """The clock shows this; and, unless nobody keeps time, what is due is done."""
        self.clock.set(moment)
        if keep:
            keep_schedules(self.world.application)

    def fires(self, trigger: Trigger) -> list[Any]:
        with self.world.transaction() as session:
            query = select(fire_table).where(fire_table.c.trigger_id == trigger.id).order_by(fire_table.c.due)
            return list(session.execute(query))

    def outcomes(self, trigger: Trigger) -> list[tuple[str, str, str | None]]:
        """(time of day, outcome, code) of each due time."""
        return [(f"{each.due:%H:%M}", each.outcome, each.code) for each in self.fires(trigger)]

    def runs(self, trigger: Trigger) -> list[Any]:
        with self.world.transaction() as session:
            query = select(run_table).where(run_table.c.trigger_id == trigger.id).order_by(run_table.c.id)
            return list(session.execute(query))

    def end_runs(self, trigger: Trigger) -> None:
        """Its runs have ended."""
        with self.world.transaction() as session:
            chosen = update(run_table).where(run_table.c.trigger_id == trigger.id)
            session.execute(chosen.values(status="succeeded", ended_at=self.clock.now))

    def until(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + 60
        while not holds():
            assert time.monotonic() < end, "this never came"
            time.sleep(0.01)

    def is_idle(self) -> bool:
        """Whether nothing is due."""
        from builder.triggers.store import find_due  # heavy: only the storm asks

        with self.world.application.database.read() as session:
            return not find_due(session, self.clock.now, 1)

    def close(self) -> None:
        self.world.application.close()
        self.clock.close()


@pytest.fixture
def house(backend: Backend) -> Iterator[Timekeeper]:
    with hand_clock():
        made = Timekeeper(backend)
        yield made
        made.close()


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return NOON.replace(hour=hour, minute=minute, second=second)


def test_a_schedule_whose_settings_are_no_longer_right_pauses_and_holds_up_no_other(house: Timekeeper) -> None:
    lost, other = house.add(), house.add()
    with house.world.transaction() as session:
        gone = {**lost.settings, "zone": "Mars/Olympus"}
        session.execute(update(trigger_table).where(trigger_table.c.id == lost.id).values(settings=gone))
    house.go(NOON + HOUR)
    with house.world.transaction() as session:
        paused = find_trigger(session, house.world.caller("builder"), lost.id)
    assert (paused.starts, paused.paused_code, len(house.runs(lost))) == (False, "bad_settings", 0)
    assert house.runs(other)


def test_a_due_time_starts_one_run_that_knows_when_it_was_due(house: Timekeeper) -> None:
    trigger = house.add({"every": "day", "at": "14:30"}, "Europe/Berlin")
    house.go(at(12, 29, 59))
    assert house.runs(trigger) == []
    house.go(at(12, 30))
    house.go(at(12, 31))
    (run,) = house.runs(trigger)
    assert "2026-06-01T14:30:00+02:00" in run.input
    assert (run.trigger_name, run.version, run.mode) == (trigger.name, 1, "live")
    assert house.outcomes(trigger) == [("12:30", "started", None)]


@pytest.mark.parametrize(
    ("missed", "said"),
    [
        ("none", [("12:15", "skipped", "missed")]),
        ("last", [("12:15", "skipped", "missed"), ("13:45", "started", None)]),
        ("all", [("12:15", "skipped", "missed"), ("13:15", "started", None), ("13:30", "started", None),
                 ("13:45", "started", None)]),
    ],
)  # fmt: skip
def test_what_was_missed_is_made_up_for_as_the_schedule_says(house: Timekeeper, missed: str, said: Any) -> None:
    trigger = house.add(missed=missed, at_most=3, overlap="together")
    house.go(at(13, 50))
    assert house.outcomes(trigger) == said
    assert house.fires(trigger)[0].count == {"none": 7, "last": 6, "all": 4}[missed]
    house.go(at(14))
    assert house.outcomes(trigger)[-1] == ("14:00", "started", None)


def test_what_is_noticed_a_little_late_is_not_missed(house: Timekeeper) -> None:
    trigger = house.add(missed="none", overlap="together")
    house.go(at(12, 16, 50))
    assert house.outcomes(trigger) == [("12:15", "started", None)]
    house.go(at(13, 1))
    assert house.outcomes(trigger)[1:] == [("12:30", "skipped", "missed"), ("13:00", "started", None)]


def test_years_of_missed_times_are_left_out_at_once(house: Timekeeper) -> None:
    trigger = house.add({"every": "minutes", "step": 1}, missed="all", at_most=4, overlap="together")
    house.go(NOON + timedelta(days=900))
    skipped, *started = house.fires(trigger)
    assert (skipped.outcome, skipped.code, skipped.count >= 1_000) == ("skipped", "missed", True)
    assert [each.outcome for each in started] == ["started"] * len(started)
    assert 1 <= len(started) <= 7, "those of the last minutes were not missed"
    assert skipped.until < started[0].due


@pytest.mark.parametrize(
    ("overlap", "said"),
    [
        ("skip", ["started", "skipped", "skipped"]),
        ("together", ["started", "started", "started"]),
        ("cancel", ["started", "started", "started"]),
        ("queue", ["started", "waiting", "waiting"]),
    ],
)
def test_a_run_that_still_goes_on_is_treated_as_the_schedule_says(
    house: Timekeeper, overlap: str, said: list[str]
) -> None:
    trigger = house.add(overlap=overlap)
    for minute in (15, 30, 45):
        house.go(at(12, minute))
    assert [each.outcome for each in house.fires(trigger)] == said
    asked = [run.cancel_by for run in house.runs(trigger)]
    assert asked == ([trigger.name, trigger.name, None] if overlap == "cancel" else [None] * len(asked))
    if overlap == "queue":
        for number in (2, 3):
            house.end_runs(trigger)
            house.go(at(12, 46))
            assert len(house.runs(trigger)) == number
        assert [each.outcome for each in house.fires(trigger)] == ["started"] * 3


def test_not_everything_waits_for_the_run_before(house: Timekeeper) -> None:
    trigger = house.add({"every": "minutes", "step": 1}, overlap="queue", missed="all", at_most=20)
    house.go(at(12, 15, 30))
    outcomes = [each.outcome for each in house.fires(trigger)]
    assert outcomes == ["started", *["waiting"] * 10, *["skipped"] * 4]
    assert house.outcomes(trigger)[-1][2] == "queue_full"
    house.switch(trigger, on=False)
    assert {each.outcome for each in house.fires(trigger)} == {"started", "skipped"}


def test_what_was_due_before_an_edit_is_done_and_what_is_due_by_it_as_well(house: Timekeeper) -> None:
    trigger = house.add(missed="all", overlap="together")
    house.go(at(12, 15))
    house.go(at(12, 30, 1), keep=False)
    house.change(trigger, when={"every": "hours", "step": 1, "minute": 40})
    house.go(at(12, 45, 1), keep=False)
    house.change(trigger, when={"every": "hours", "step": 1, "minute": 50})
    house.go(at(12, 51))
    assert [each.due for each in house.fires(trigger)] == [at(12, 15), at(12, 30), at(12, 40), at(12, 50)]
    assert {each.outcome for each in house.fires(trigger)} == {"started"}


def test_an_edit_does_not_start_what_was_started(house: Timekeeper) -> None:
    trigger = house.add(overlap="together")
    house.go(at(12, 15))
    house.change(trigger, when={"every": "minutes", "step": 5})
    house.clock.set(at(12, 14))
    house.change(trigger, when={"every": "minutes", "step": 15})
    house.switch(trigger, on=False)
    house.switch(trigger, on=True)
    house.go(at(12, 15, 1))
    assert len(house.runs(trigger)) == 1


def test_switched_off_it_starts_nothing_and_on_again_only_what_comes(house: Timekeeper) -> None:
    trigger = house.add(overlap="together")
    house.go(at(12, 15, 1), keep=False)
    house.switch(trigger, on=False)
    house.go(at(13))
    house.switch(trigger, on=True)
    house.go(at(13, 15))
    assert house.outcomes(trigger) == [("12:15", "skipped", "switched_off"), ("13:15", "started", None)]


def test_one_that_may_start_nothing_is_paused_with_the_reason(house: Timekeeper) -> None:
    trigger = house.add(overlap="together")
    with house.world.transaction() as session:
        save_membership(session, house.world.ours, house.world.people["builder"], ("viewer",))
    house.go(at(12, 15))
    house.go(at(12, 30))
    with house.world.transaction() as session:
        found = find_trigger(session, house.world.caller("owner"), trigger.id)
    assert (found.is_on, found.paused_code) == (True, "owner_gone")
    assert house.outcomes(trigger) == [("12:15", "refused", "owner_gone")]
    assert house.runs(trigger) == []


def test_one_that_cannot_be_kept_holds_up_no_other(house: Timekeeper, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, whole = house.add(overlap="together"), house.add(overlap="together")
    real = house.world.application.load_plan
    first = iter([True])

    def load(document: Any) -> Any:
        if next(first, False):
            raise ZeroDivisionError
        return real(document)

    monkeypatch.setattr(house.world.application, "load_plan", load)
    house.go(at(12, 15))
    assert [len(house.runs(each)) for each in (broken, whole)] == [0, 1]
    house.go(at(12, 16, 1))
    assert [len(house.runs(each)) for each in (broken, whole)] == [1, 1]


def test_a_retry_from_a_step_arms_no_schedule(house: Timekeeper) -> None:
    trigger = house.add(overlap="together")
    house.go(at(12, 15))
    application = house.world.application
    application.work()
    (run,) = house.runs(trigger)
    application.worker.advance(run.id)  # type: ignore[union-attr]  # it works
    house.until(lambda: house.runs(trigger)[0].ended_at is not None)
    with house.world.transaction() as session:
        before, fires = read_armed(session, trigger.id), len(house_fires(session, trigger))
        document = application.load_plan(woven_of(session, house.workflow))
        again = retry_from_step(session, document, Retry(run.id, "answer", run.starter), application.vault_key,
                                application.admission)  # fmt: skip
    house.go(at(12, 16))
    with house.world.transaction() as session:
        assert read_armed(session, trigger.id) == before
        assert len(house_fires(session, trigger)) == fires
        row = session.execute(select(run_table).where(run_table.c.id == again)).one()
    assert (row.trigger_id, show_id(row.forked_from)) == (None, show_id(run.id))


def house_fires(session: Any, trigger: Trigger) -> list[Any]:
    return list(session.execute(select(fire_table).where(fire_table.c.trigger_id == trigger.id)))


def woven_of(session: Any, workflow: int) -> Any:
    from builder.workflows import read_live  # heavy: only the retry asks

    live = read_live(session, workflow)
    assert live is not None
    return live.version.woven


# ---------------------------------------------------------------------- four keepers

STORM = [
    ({"every": "cron", "cron": "*/10 * * * *"}, "UTC"),
    ({"every": "cron", "cron": "30 */10 * * * *"}, "Asia/Kolkata"),
    ({"every": "day", "at": "02:30"}, "Europe/Berlin"),
    ({"every": "cron", "cron": "0,30 1-3 * * *"}, "Australia/Lord_Howe"),
    ({"every": "cron", "cron": "45 2 * * *"}, "Pacific/Chatham"),
    ({"every": "cron", "cron": "*/20 0-4 * * *"}, "Antarctica/Troll"),
    ({"every": "hours", "step": 1, "minute": 5}, "America/New_York"),
    ({"every": "week", "on": ["sun", "mon"], "at": "03:15"}, "America/Santiago"),
]
CLOCK_CHANGES = [
    datetime(2026, 3, 7, 22, tzinfo=UTC),  # New York goes forward
    datetime(2026, 3, 28, 22, tzinfo=UTC),  # Berlin and Troll go forward
    datetime(2026, 4, 4, 13, tzinfo=UTC),  # Lord Howe and Chatham go back
    datetime(2026, 9, 26, 13, tzinfo=UTC),  # Chatham goes forward
    datetime(2026, 10, 3, 10, tzinfo=UTC),  # Lord Howe goes forward, by half an hour
    datetime(2026, 10, 24, 22, tzinfo=UTC),  # Berlin and Troll go back
    datetime(2026, 10, 31, 22, tzinfo=UTC),  # New York goes back
]
EVERY_20 = {"every": "cron", "cron": "*/20 * * * *"}


def due_by(when: Mapping[str, Any], zone: str, after: datetime, until: datetime) -> list[datetime]:
    """The due times in (after, until]; that they are right, `tests/engine/test_schedule.py` asks an oracle."""
    timing: Timing = ScheduleSettings.model_validate({"when": when, "zone": zone}).timing
    return list(takewhile(lambda due: due <= until, due_times(timing, after)))


@pytest.mark.storms
@pytest.mark.timeout(600)
@pytest.mark.parametrize("start", CLOCK_CHANGES, ids=lambda start: f"{start:%d %B}")
def test_four_keepers_that_are_killed_miss_nothing_and_double_nothing(house: Timekeeper, start: datetime) -> None:
    """Half a day around a clock change, in steps; jumps of an hour both ways; edits while times are due."""
    dice = random.Random(start.month)
    house.clock.set(start)
    more = {"missed": "all", "at_most": 100, "overlap": "together"}
    triggers = [house.add(when, zone, **more) for when, zone in STORM]
    wanted = {each.id: set[datetime]() for each in triggers}
    timings = {each.id: STORM[place] for place, each in enumerate(triggers)}
    armed = dict.fromkeys(wanted, start)

    def edit() -> None:
        trigger = triggers[0]
        when, zone = timings[trigger.id]
        wanted[trigger.id].update(due_by(when, zone, armed[trigger.id], house.clock.now))
        timings[trigger.id] = (EVERY_20 if when is not EVERY_20 else STORM[0][0], zone)
        armed[trigger.id] = house.clock.now
        house.change(trigger, when=timings[trigger.id][0])

    with ExitStack() as stack:
        keepers = [stack.enter_context(Keeper(house.said)) for _ in range(4)]
        for each in keepers:
            each.wait_ready()
        moment, end, number = start, start + 12 * HOUR, 0
        while moment < end:
            number += 1
            moment += HOUR if number == 20 else dice.choice([5, 7, 11]) * MINUTE
            house.clock.set(moment)
            if number % 15 == 0:
                edit()
            if number % 6 == 0:
                place = dice.randrange(4)
                keepers[place].kill()
                keepers[place] = stack.enter_context(Keeper(house.said))
            if number == 40:
                house.until(house.is_idle)
                house.clock.set(moment - HOUR)
                time.sleep(0.1)
                house.clock.set(moment)
            if number % 4 == 0:
                house.until(house.is_idle)
        house.until(house.is_idle)
    for each in triggers:
        when, zone = timings[each.id]
        wanted[each.id].update(due_by(when, zone, armed[each.id], moment))
        fires = house.fires(each)
        assert {fire.outcome for fire in fires} <= {"started"}
        assert [fire.due for fire in fires] == sorted(wanted[each.id])
        runs = house.runs(each)
        assert sorted(run.id for run in runs) == sorted(fire.run_id for fire in fires)
    assert sum(map(len, wanted.values())) > 100
