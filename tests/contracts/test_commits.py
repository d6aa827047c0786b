"""Committing and keeping: fences, broken connections, lost and tripled rings, racing keepers."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import structlog
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from builder.db import Database, OwnConnection, clock
from builder.engine.plan import Plan
from builder.kit.errors import HandrailError
from builder.runs import (
    RunOverError,
    fire_timers,
    list_runs,
    reap_workers,
    release_run,
    resume_run,
    store,
    sweep_ready,
)
from builder.runs.committer import Committer
from builder.runs.hot import Closing, FencedError, StepCommit
from builder.runs.schemas import NOTHING, Row
from builder.runs.tables import run_table, step_table, worker_table
from builder.sdk import Decision
from builder.teams import Wish
from tests.contracts.history import check_history
from tests.contracts.test_runs import YES, reviewed
from tests.contracts.world import World, workflow
from tests.servers import PostgresServer

NOTE = workflow({"note": {"type": "test.note@1"}, "send": {"type": "test.send@1"}})


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with World(database, tmp_path) as made:
        yield made


@pytest.fixture
def quiet(database: Database, tmp_path: Path) -> Iterator[World]:
    """A world in which no ring arrives."""
    with World(database, tmp_path, ring=False) as made:
        yield made


def _row(seq: int) -> Row:
    return Row(seq, "step", f"n{seq}", "succeeded", 1, "{}", "1", None, None)


def _commit(world: World, commit: StepCommit, committer: Committer | None = None, **how: Any) -> Any:
    async def go() -> Any:
        return await (committer or world.worker.committer).commit(commit, synced=True, **how)

    return asyncio.run(go())


def _claim(world: World, run_id: int, owner: str) -> Any:
    return asyncio.run(world.worker.committer.claim(run_id, owner))


def _rows(world: World, run_id: int) -> list[int]:
    with world.database.read() as session:
        query = select(step_table.c.seq).where(step_table.c.run_id == run_id).order_by(step_table.c.seq)
        return list(session.scalars(query))


# ------------------------------------------------------------------ the fence


def test_only_the_owner_of_this_epoch_commits(quiet: World) -> None:
    run_id = quiet.start(NOTE)
    claim = _claim(quiet, run_id, "me")
    assert claim.epoch == 1
    assert _claim(quiet, run_id, "you") is None
    for owner, epoch in (("you", 1), ("me", 0), ("me", 2)):
        with pytest.raises(FencedError):
            _commit(quiet, StepCommit(run_id, owner, epoch, [_row(1)]))
    assert _rows(quiet, run_id) == []
    answer = _commit(quiet, StepCommit(run_id, "me", 1, [_row(1), _row(2)]))
    assert (answer.told, answer.cancel_by, answer.closed) == (0, None, False)
    with quiet.database.transaction() as session:
        session.execute(update(run_table).where(run_table.c.id == run_id).values(epoch=2))
    with pytest.raises(FencedError):
        _commit(quiet, StepCommit(run_id, "me", 1, [_row(3)]))
    assert _rows(quiet, run_id) == [1, 2]


def test_a_row_of_the_record_is_written_once(quiet: World) -> None:
    run_id = quiet.start(NOTE)
    _claim(quiet, run_id, "me")
    _commit(quiet, StepCommit(run_id, "me", 1, [_row(1)]))
    again = _commit(quiet, StepCommit(run_id, "me", 1, [_row(1)]))
    assert not again.closed
    assert _rows(quiet, run_id) == [1]


def test_a_run_does_not_park_when_it_was_told_something(quiet: World) -> None:
    run_id = quiet.start(NOTE)
    _claim(quiet, run_id, "me")
    with quiet.database.transaction() as session:
        session.execute(update(run_table).where(run_table.c.id == run_id).values(told=1))
    park = Closing("waiting", "it waits", NOTHING, 0.0, None, told=0)
    assert not _commit(quiet, StepCommit(run_id, "me", 1, [_row(1)], park)).closed
    assert _rows(quiet, run_id) == [1]
    park = Closing("waiting", "it waits", NOTHING, 0.0, None, told=1)
    assert _commit(quiet, StepCommit(run_id, "me", 1, [], park)).closed


def test_what_other_rooms_write_stands_or_falls_with_the_rows(quiet: World) -> None:
    run_id = quiet.start(NOTE)
    _claim(quiet, run_id, "me")

    def fail(_: Any) -> None:
        raise HandrailError("the desk is closed")

    with pytest.raises(HandrailError, match="desk"):
        _commit(quiet, StepCommit(run_id, "me", 1, [_row(1)]), beside=(fail,))
    assert _rows(quiet, run_id) == []


@pytest.mark.parametrize("count", [2, 8, 9, 64, 65, 500])
def test_many_rows_at_once(quiet: World, count: int) -> None:
    """On SQLite sixty-four are put in by one statement."""
    run_id = quiet.start(NOTE)
    _claim(quiet, run_id, "me")
    _commit(quiet, StepCommit(run_id, "me", 1, [_row(seq) for seq in range(1, count + 1)]))
    assert _rows(quiet, run_id) == list(range(1, count + 1))


def test_rows_come_back_as_they_were_committed(quiet: World) -> None:
    run_id = quiet.start(NOTE)
    _claim(quiet, run_id, "me")
    awkward = '{"text":"\\u0000 \\"\\\\ %s ? :x é \U0001f600"}'
    rows = [
        Row(1, "step", "rows[0].a", "running", 1, "{}", None, None, None),
        Row(2, "step", "rows[0].a", "succeeded", 1, awkward, awkward, None, b"\x00\xff\\x"),
        Row(3, "scope", "", "succeeded", 0, "{}", None, "ab" * 32, b""),
    ]
    _commit(quiet, StepCommit(run_id, "me", 1, rows))
    with quiet.database.read() as session:
        assert [each.row for each in store.read_record(session, run_id)] == rows


class _BreaksAfter:
    """A connection that is lost right after its next commit."""

    def __init__(self, connection: Any, sqlite: bool) -> None:
        self._connection, self._sqlite = connection, sqlite

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            object.__setattr__(self, name, value)
        else:
            setattr(self._connection, name, value)

    def execute(self, statement: Any, *rest: Any, **how: Any) -> Any:
        done = self._connection.execute(statement, *rest, **how)
        if statement == "COMMIT" or not self._sqlite:
            raise psycopg.OperationalError("the connection was lost")
        return done


@pytest.mark.parametrize("closing", [None, Closing("succeeded", "", NOTHING, 0.0, final=True)])
def test_a_commit_whose_answer_is_lost_is_looked_up(quiet: World, closing: Closing | None) -> None:
    run_id = quiet.start(NOTE)
    _claim(quiet, run_id, "me")
    open_connection = quiet.database.open_connection
    opened: list[Any] = []

    def open_once() -> OwnConnection:
        connection = open_connection()
        opened.append(connection)
        breaks: Any = _BreaksAfter(connection.driver, quiet.database.dialect == "sqlite")
        return connection._replace(driver=breaks) if len(opened) == 1 else connection

    quiet.database.open_connection = open_once  # type: ignore[method-assign]  # the connection to break
    committer = Committer(quiet.database)
    committer.start()
    with structlog.testing.capture_logs():
        answer = _commit(quiet, StepCommit(run_id, "me", 1, [_row(1)], closing), committer)
    committer.stop()
    assert answer.closed == (closing is not None)
    assert _rows(quiet, run_id) == [1]


# ------------------------------------------------------------------ rings and keepers


def test_a_lost_ring_is_rung_again(quiet: World) -> None:
    run_id = quiet.start(NOTE)
    rung: list[int] = []
    quiet.database.on_ring(rung.append)
    quiet.do(sweep_ready)
    assert rung == [], "the first ring has a second to arrive"
    with quiet.database.transaction() as session:
        session.execute(update(run_table).values(ring_at=text("ring_at - 2000")))
    quiet.do(sweep_ready)
    quiet.do(sweep_ready)
    assert rung == [run_id], "the next is due a second later"
    quiet.worker.advance(run_id)
    assert quiet.until(run_id).run.status == "succeeded"


def test_tripled_and_late_rings_change_nothing(world: World) -> None:
    world.database.on_ring(lambda run_id: [world.worker.advance(run_id) for _ in range(3)] and None)
    runs = [world.start(NOTE) for _ in range(10)]
    for run_id in runs:
        check_history(world.until(run_id))
    before = len(world.egress.sent)
    for run_id in runs * 3:
        world.worker.advance(run_id)
    world.worker.advance(12345)
    time.sleep(0.05)
    assert before == len(world.egress.sent) == 10


def test_two_workers_share_runs_and_double_none(world: World) -> None:
    other = world.new_worker()
    other.start()

    def ring(run_id: int) -> None:
        other.advance(run_id)
        world.worker.advance(run_id)

    world.database.on_ring(ring)
    runs = [world.start(NOTE) for _ in range(20)]
    for run_id in runs:
        check_history(world.until(run_id))
    assert len(world.egress.sent) == 20
    other.drain(2)
    other.stop()


def test_four_keepers_racing_wake_a_run_once(quiet: World) -> None:
    document = workflow({"pause": {"type": "flow.wait@1", "config": {"wait_for": "PT1H"}}})
    run_id = quiet.start(document)
    quiet.worker.advance(run_id)
    quiet.until(run_id, "waiting")
    with quiet.database.transaction() as session:
        session.execute(update(run_table).values(wake_at=clock()))
    rung: list[int] = []
    quiet.database.on_ring(rung.append)
    barrier = threading.Barrier(4)

    def keep() -> None:
        barrier.wait()
        quiet.do(fire_timers)

    threads = [threading.Thread(target=keep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rung == [run_id]


def test_a_dead_worker_is_reaped_once_and_its_runs_are_rung(quiet: World) -> None:
    run_id = quiet.start(NOTE)
    with quiet.database.transaction() as session:
        row = {"id": "gone", "place": "elsewhere", "pid": 1, "state": "live"}
        session.execute(worker_table.insert().values(**row, started_at=clock(), lease_until=clock()))
    _claim(quiet, run_id, "gone")
    rung: list[int] = []
    quiet.database.on_ring(rung.append)
    time.sleep(0.01)
    assert [quiet.do(reap_workers), quiet.do(reap_workers)] == [1, 0]
    assert rung == [run_id]
    with pytest.raises(FencedError):
        _commit(quiet, StepCommit(run_id, "gone", 1, [_row(1)]))


def test_a_worker_that_was_declared_dead_rises_under_another_name(world: World) -> None:
    name = world.worker.id
    run_id = world.start(workflow({"slow": {"type": "test.send@1", "config": {"seconds": 8}}}))
    world.until(run_id, "running")
    with world.database.transaction() as session:
        session.execute(update(worker_table).values(lease_until=clock()))
    time.sleep(0.01)
    world.do(reap_workers)
    with structlog.testing.capture_logs():
        end = time.monotonic() + 10
        while world.worker.id == name and time.monotonic() < end:
            time.sleep(0.02)
    assert world.worker.id != name
    story = world.until(run_id, "waiting", keep=True)
    assert story.waits[0].kind == "uncertain"


# ------------------------------------------------------------------ what cannot be executed


def test_a_plan_that_does_not_hold_is_put_away_with_a_reason(database: Database, tmp_path: Path) -> None:
    broken = [True]

    def load(document: Any) -> Any:
        if broken[0]:
            raise HandrailError("The certificate of rule mask-first does not hold.")
        return World.load_plan(world, document)

    with World(database, tmp_path, load_plan=load) as world:
        run_id = world.start(NOTE)
        story = world.until(run_id)
        assert (story.run.status, story.run.why) == ("quarantined", "The certificate of rule mask-first does not hold.")
        assert world.egress.sent == []
        broken[0] = False
        world.do(release_run, run_id)
        assert world.until(run_id).run.status == "succeeded"
        with pytest.raises(RunOverError):
            world.do(release_run, run_id)


def test_a_desk_that_cannot_open_puts_the_run_away(database: Database, tmp_path: Path) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise HandrailError("Nobody here may review.")

    with World(database, tmp_path, on_park=refuse) as world:
        story = world.until(world.start(reviewed()))
        assert (story.run.status, story.run.why) == ("quarantined", "Nobody here may review.")
        assert story.waits == ()


@pytest.mark.servers
@pytest.mark.parametrize("backend", ["servers"], indirect=True)
def test_a_restart_of_the_database_loses_nothing(postgres: PostgresServer, world: World) -> None:
    with structlog.testing.capture_logs():
        document = workflow({f"send{n}": {"type": "test.send@1", "config": {"seconds": 0.05}} for n in range(12)})
        runs = [world.start(document) for _ in range(3)]
        for run_id in runs:  # a ring that comes while the database is away is lost, and nobody keeps here
            world.until(run_id, "running", "succeeded")
        postgres.restart_at_once()
        for run_id in runs:
            story = world.until(run_id, seconds=40)
            assert story.run.status == "succeeded"
            check_history(story)
    assert len(world.egress.sent) == 36


class Outage:
    """Takes the database away while a worker asks whether a run may begin.

    Attributes:
        began: it is away.
    """

    def __init__(self, postgres: PostgresServer) -> None:
        self.postgres = postgres
        self.began = threading.Event()

    def concerns(self, plan: Plan) -> bool:
        return True

    def check(self, session: Session, plan: Plan, wish: Wish) -> None:
        if wish.run_id is not None and not self.began.is_set():
            with psycopg.connect(self.postgres.plain_url("postgres"), autocommit=True) as connection:
                connection.execute("CHECKPOINT")  # or the claim may be lost with the power, and nothing is to be done
            self.postgres.stop(signal.SIGQUIT)
            self.began.set()
            session.execute(text("SELECT 1"))


@pytest.mark.servers
@pytest.mark.parametrize("backend", ["servers"], indirect=True)
def test_a_database_that_goes_away_between_a_claim_and_the_first_step_loses_nothing(
    postgres: PostgresServer, database: Database, tmp_path: Path
) -> None:
    outage = Outage(postgres)
    with structlog.testing.capture_logs(), World(database, tmp_path, admission=outage) as world:
        run_id = world.start(workflow({"send": {"type": "test.send@1"}}))
        assert outage.began.wait(20)
        postgres.start()
        story = world.until(run_id)
        assert story.run.status == "succeeded", story.run.why
        check_history(story)
    assert len(world.egress.sent) == 1


def test_a_ring_that_comes_before_the_next_heartbeat_is_not_lost(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an outage a worker is rung before it has kept its lease again; nobody rings a second time here."""
    monkeypatch.setattr("builder.runs.worker.HEARTBEAT", 0.2)
    with World(database, tmp_path) as world:
        monkeypatch.setattr("builder.runs.lease.SELF_FENCE", -1.0)
        run_id = world.start(workflow({"note": {"type": "test.note@1"}}))
        while not world.worker.busy:
            time.sleep(0.005)
        monkeypatch.setattr("builder.runs.lease.SELF_FENCE", 6.0)
        assert world.until(run_id).run.status == "succeeded"


def test_ten_thousand_waiting_reviews_hold_nothing(quiet: World) -> None:
    """A short form: what a parked run holds in the process is nothing at all."""
    runs = [quiet.start(reviewed()) for _ in range(50)]
    for run_id in runs:
        quiet.worker.advance(run_id)
    for run_id in runs:
        quiet.until(run_id, "waiting")
    quiet.until_idle()
    with quiet.database.read() as session:
        assert len(list_runs(session, status="waiting")) == 50
    quiet.do(resume_run, runs[7], "check", YES)
    with pytest.raises(RunOverError):
        quiet.do(resume_run, runs[7], "check", Decision("reject", by="otto"))
