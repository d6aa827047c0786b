"""The workflow patterns, each played for real on both back ends. The oracles read nothing but the recorded rows."""

from __future__ import annotations

import asyncio
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from builder.db import Database, open_database
from builder.engine.compile_plan import compile_plan
from builder.engine.events import StepWrite, Write
from builder.engine.graph import Workflow
from builder.engine.plan import Plan
from builder.engine.state import FINAL_STEPS, StepStatus
from builder.engine.weave import weave
from builder.kit.clock import SYSTEM_CLOCK
from builder.queue import CeleryRing, Doorbell, open_doorbell
from builder.runs import RunOverError, Start, cancel_run, cancel_step, list_runs, signal_run, start_run, store
from builder.runs.loading import read_all
from builder.sdk import Context, NodeType, Outcome
from tests.contracts.history import check_history
from tests.contracts.world import World
from tests.engine.history import check_history as check_writes
from tests.patterns.catalogue import PATTERNS, Act, Pattern
from tests.patterns.play import TYPES, Play
from tests.patterns.seen import Seen

LONGEST = 20.0
BEHIND = timedelta(seconds=61)
UNDER_WAY = (StepStatus.RUNNING, StepStatus.WAITING)


class HeldPlay(Play):
    """A step that ends only when the player says so, if its pattern holds it.

    It is a stubborn one: when it is cancelled it goes on, and still answers once the player lets it.
    """

    def __init__(self) -> None:
        self.gates: dict[str, Future[None]] = {}

    def hold(self, paths: frozenset[str]) -> None:
        """The steps of the next run that are held."""
        self.gates = {path: Future() for path in paths}

    async def run(self, config: Any, inputs: Mapping[str, Any], context: Context) -> Outcome:
        gate = self.gates.get(context.path)
        if gate is not None:
            with suppress(asyncio.CancelledError):
                await asyncio.shield(asyncio.wrap_future(gate))
            await asyncio.wrap_future(gate)
        return await super().run(config, inputs, context)


class SlowClock:
    """The worker's clock. It is a minute behind the database's until a tick moves it on: waits end without waiting."""

    def __init__(self) -> None:
        self.behind = BEHIND

    def now(self) -> datetime:
        return SYSTEM_CLOCK.now() - self.behind

    def monotonic(self) -> float:
        return SYSTEM_CLOCK.monotonic()


class Listener:
    """Takes rings from a broker, as a Celery worker does, in a thread of this process."""

    def __init__(self, doorbell: Doorbell, on_ring: Callable[[int], None]) -> None:
        self._doorbell = doorbell
        self._on_ring = on_ring
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        doorbell: Any = self._doorbell  # Celery ships no types
        queues = list(doorbell.amqp.queues.values())

        def take(body: Any, message: Any) -> None:
            message.ack()
            self._on_ring(body[0][0])

        with doorbell.connection_for_read() as line, line.Consumer(queues, callbacks=[take], accept=["json"]):
            while not self._stopping.is_set():
                with suppress(TimeoutError):
                    line.drain_events(timeout=0.2)

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(5)


class Stage:
    """One worker on one back end, on which pattern after pattern is played."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.play = HeldPlay()
        self.clock = SlowClock()
        self.types: dict[str, NodeType] = {**TYPES, self.play.key(): self.play}
        self.world = World(database, folder, types=self.types, load_plan=self.compile, clock=self.clock)
        self.run_id = 0

    def compile(self, plain: Any) -> Plan:
        """The plan of a workflow that no rule binds."""
        return compile_plan(weave(Workflow.model_validate(plain), (), self.types, day=date(2030, 1, 1)), self.types)

    def perform(self, pattern: Pattern) -> Seen:
        """Plays a pattern to the end of its script and of its run; what was recorded."""
        world, plan = self.world, self.compile(pattern.workflow)
        self.clock.behind = BEHIND
        self.play.hold(pattern.held)
        with world.database.transaction() as session:
            start = Start(input=pattern.input, starter="ana")
            self.run_id = start_run(session, plan, dict(pattern.workflow), start, world.payloads, world.reach.admission)
        for act in pattern.script:
            self.act(act, pattern)
        self.until("the run's end", self._has_ended)
        check_history(world.read(self.run_id))
        writes = self.writes()
        check_writes(plan, writes)
        return Seen(writes)

    def act(self, act: Act, pattern: Pattern) -> None:
        """Lets one thing happen when the run has come that far; returns when it is recorded. What is late comes when
        all is over.
        """
        if act.early:
            self.until("the first step under way", lambda: any(self._last(path) in UNDER_WAY for path in pattern.held))
            self._do(act)
            return
        over = f"the end of {act.path or 'the run'}"
        if act.late:
            self.until(over, lambda: self._is_final(act.path))
            with suppress(RunOverError):
                self._do(act)
            return
        concerned = [act.path] if act.path else [each.path for each in pattern.script if each.path]
        self.until(f"{concerned} under way", lambda: all(self._last(path) in UNDER_WAY for path in concerned))
        if act.what == "tick":
            self.until("the run at rest", lambda: self._status() == "waiting")
        self._do(act)
        self.until(over, lambda: self._is_final(act.path))

    def _do(self, act: Act) -> None:
        world = self.world
        match act.what:
            case "end":
                self.play.gates[act.path].set_result(None)
            case "signal":
                world.do(signal_run, self.run_id, "paid", None, act.path)
            case "cancel":
                world.do(cancel_run, self.run_id, "ana")
            case "cancel_step":
                world.do(cancel_step, self.run_id, act.path, "ana")
            case "tick":
                self.clock.behind -= timedelta(seconds=act.seconds)
                world.keep()
            case _:
                raise AssertionError(f"no pattern needs {act.what} here")

    def writes(self) -> list[Write]:
        """The recorded rows."""
        with self.world.database.read() as session:
            rows = store.read_record(session, self.run_id)
        return read_all(rows, self.world.reach, self.run_id).writes

    def until(self, what: str, holds: Callable[[], bool]) -> None:
        """Waits for the record to say so."""
        end, pause = time.monotonic() + LONGEST, 0.001
        while not holds():
            assert time.monotonic() < end, f"this never came: {what}: {self.writes()}"
            time.sleep(pause)
            pause = min(pause * 1.5, 0.03)

    def _has_ended(self) -> bool:
        return self._status() in ("succeeded", "failed", "refused", "cancelled", "quarantined")

    def _status(self) -> str:
        with self.world.database.read() as session:
            (newest,) = list_runs(session, limit=1)
        assert newest.number == self.run_id
        return newest.status

    def _last(self, path: str) -> StepStatus | None:
        rows = [row for row in self.writes() if isinstance(row, StepWrite) and row.path == path and not row.scope]
        return rows[-1].status if rows else None

    def _is_final(self, path: str) -> bool:
        return self._last(path) in FINAL_STEPS if path else self._has_ended()


@pytest.fixture(scope="module", params=["sqlite", pytest.param("servers", marks=pytest.mark.servers)])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One worker for all patterns: on SQLite with rings in the process, on PostgreSQL with rings through Redis."""
    folder = tmp_path_factory.mktemp("patterns")
    if request.param == "sqlite":
        file = folder / "handrail.db"
        shutil.copy(request.getfixturevalue("migrated_file"), file)
        database = open_database(f"sqlite:///{file}")
        made = Stage(database, folder)
        with made.world:
            yield made
        database.close()
        return
    server, broker = request.getfixturevalue("postgres"), request.getfixturevalue("redis")
    template = request.getfixturevalue("postgres_template")
    database = open_database(server.create_database("patterns", template))
    broker.flush()
    doorbell = open_doorbell(broker.url)
    made = Stage(database, folder)
    database.on_ring(CeleryRing(doorbell).ring)
    listener = Listener(doorbell, made.world.worker.advance)
    with made.world:
        yield made
    listener.stop()
    doorbell.close()
    database.close()
    server.drop_database("patterns")


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.title)
def test_pattern(stage: Stage, pattern: Pattern) -> None:
    pattern.oracle(stage.perform(pattern))
