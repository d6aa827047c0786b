"""A storm: many runs, real worker processes, and a seeded row of faults that befall them while they work.

The seed fixes the runs, the faults, their order and their pauses; which instruction a fault meets is up to the machine.
"""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Self

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from builder.db import open_database
from builder.runs import Start, read_run, release_run, start_run
from builder.settings import read_settings
from builder.wiring import Application, open_application
from tests.contracts.chaos.load import Load, Wanted, make_load
from tests.contracts.chaos.people import People
from tests.contracts.chaos.processes import CELERY, EMBEDDED, WorkerProcess
from tests.contracts.chaos.sink import Sink
from tests.contracts.chaos.verdict import Hit, Verdict, judge
from tests.servers import RedisServer

BURST = 12
"""Runs whose rings lie in the broker when it is flushed."""
STOPPED_SECONDS = 13.0
"""How long a stopped process stands still: longer than a lease and the reaper's round."""
FLUSHED_SECONDS = 2.5
"""How long nothing else happens after the broker was flushed."""
LEAVING_SECONDS = 20.0
TICK = 0.02
FINAL = "('succeeded', 'failed', 'refused', 'cancelled')"


@dataclass(frozen=True)
class Faults:
    """What befalls the workers.

    Attributes:
        kills: SIGKILLs. Of ten, `unseen` leave a process id that seems to live, so that only the lease tells: as if it
            had been another machine.
        ends: SIGTERMs.
        stops: SIGSTOPs.
        flushes: times that the broker loses every message.
        pause: seconds between two faults, on average.
    """

    kills: int
    ends: int = 0
    stops: int = 0
    flushes: int = 0
    unseen: int = 4
    pause: float = 1.2

    def draw(self, rng: Random) -> list[tuple[str, float]]:
        """The faults in their order, each with the pause before it."""
        hidden = self.kills * self.unseen // 10
        kinds = ["killed"] * (self.kills - hidden) + ["killed unseen"] * hidden
        kinds += ["ended"] * self.ends + ["stopped"] * self.stops + ["flushed"] * self.flushes
        rng.shuffle(kinds)
        return [(kind, rng.uniform(0.3, 2 * self.pause - 0.3)) for kind in kinds]


def make_tables(address: str) -> None:
    """What `handrail migrate` does: an installation of several processes makes no tables of its own."""
    database = open_database(address)
    database.upgrade()
    database.close()


class Storm:
    """One storm over one installation.

    Args:
        folder: the installation's home.
        address: its database.
        broker: Redis; without it one process does everything, and is started again at once.
        workers: how many Celery workers there are.
        live: how many runs are ready or running at once; others may wait.
    """

    def __init__(
        self, folder: Path, address: str, broker: RedisServer | None, seed: int, *, workers: int = 4, live: int = 8
    ) -> None:
        self._rng, self._broker, self._live = Random(seed), broker, live
        self.sink = Sink(seed)
        self._environment = {
            "HANDRAIL_HOME": str(folder),
            "HANDRAIL_DATABASE_URL": address,
            "HANDRAIL_ALLOWED_HOSTS": self.sink.place,
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
            **({"HANDRAIL_BROKER_URL": broker.url} if broker else {}),
        }
        make_tables(address)
        self.application: Application = open_application(read_settings(self._environment))
        self.application.database.on_ring(self._ring_thrice)
        self._load: Load = make_load(self.sink.url)
        self.wanted: dict[int, Wanted] = {}
        self.people = People(self.application, self.sink, self.wanted)
        self._home, self.log = folder, folder / "workers.log"
        self._working: list[WorkerProcess | None] = [None] * (workers if broker else 1)
        self._aside: list[WorkerProcess] = []
        self._hits: list[Hit] = []
        self._clear_at = 0.0
        self.met: Counter[str] = Counter()
        self.released = 0

    def __enter__(self) -> Self:
        self.sink.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        for process in [*self._working, *self._aside]:
            if process is not None:
                process.close()
        self.application.close()
        self.sink.__exit__(None, None, None)

    def rage(self, faults: Faults, calm: float = 60.0) -> Verdict:
        """Lets every fault happen, waits until every run has ended, and judges.

        Raises:
            AssertionError: runs are left that have not ended `calm` seconds after the last fault.
        """
        for kind, pause in faults.draw(self._rng):
            self._go_on(self._may_befall)
            self._go_on(after(pause))
            self._go_on(self._may_befall)
            self._befall(kind)
            if self._broker is None and kind in ("killed unseen", "stopped"):
                self._go_on(after(STOPPED_SECONDS))
        end = time.monotonic() + calm
        self._live = 0
        while self._left():
            assert time.monotonic() < end, f"runs are left: {[self._describe(each) for each in self._left()]}"
            self._tick()
        return judge(self.application, self._load, self.sink, self.wanted, self._hits)

    # ------------------------------------------------------------------ time goes by

    def _go_on(self, until: Callable[[], bool]) -> None:
        end = time.monotonic() + 60
        self._tick()
        while not until():
            assert time.monotonic() < end, f"nothing goes on; see {self.log}"
            self._tick()

    def _tick(self) -> None:
        self._raise_workers()
        try:
            left = self._left()
            for run_id in [each for each, status in left.items() if status == "quarantined"]:
                with self.application.transaction() as session:
                    release_run(session, run_id)
                self.released += 1
            awake = sum(status in ("ready", "running") for status in left.values())
            for _ in range(min(3, self._live - awake)):
                self._start_all([self._load.draw(self._rng, len(self.wanted))])
            self.people.look(may_clarify=not self._zombies() and time.monotonic() >= self._clear_at)
        except OperationalError:  # SQLite, while a stopped process holds its lock
            assert self._zombies()
        time.sleep(TICK)

    def _start_all(self, ones: list[Wanted]) -> list[int]:
        with self.application.transaction() as session:
            found = [
                start_run(
                    session, self._load.plans[one.kind], self._load.documents[one.kind], Start(one.input, "ana"),
                    self.application.payloads, self.application.admission,
                )
                for one in ones
            ]  # fmt: skip
            self.wanted.update(zip(found, ones, strict=True))
        for run_id in found:
            self.people.watch(run_id)
        return found

    def _left(self) -> dict[int, str]:
        with self.application.database.read() as session:
            found = session.execute(text(f"SELECT id, status FROM run WHERE status NOT IN {FINAL}"))
            return {each[0]: each[1] for each in found}

    def _describe(self, run_id: int) -> str:
        with self.application.database.read() as session:
            story = read_run(session, run_id, self.application.payloads)
        last = [(event["epoch"], event["path"], event["status"]) for event in story.events[-3:]]
        waits = [(wait.path, wait.kind) for wait in story.waits]
        return f"{story.run.name} is {story.run.status} ({story.run.why}), waits for {waits}, its last rows: {last}"

    def _ring_thrice(self, run_id: int) -> None:
        for _ in range(3):
            self.application.ring.ring(run_id)

    # ------------------------------------------------------------------ workers

    def _raise_workers(self) -> None:
        """Starts what is missing, notes who has registered, wakes who stood still long enough."""
        for place, process in enumerate(self._working):
            if process is None or process.bury():
                command = CELERY if self._broker else EMBEDDED
                self._working[place] = WorkerProcess(command, self._environment, self.log)
            elif not process.ready:
                process.ready = (self._home / f"{process.pid}.ready").exists()
        for process in self._zombies():
            if time.monotonic() - (process.stopped_at or 0.0) >= STOPPED_SECONDS:
                process.stopped_at = None
                process.send(signal.SIGCONT)
                process.leave_at = time.monotonic() + 2.0
                self._clear_at = time.monotonic() + 1.0
        for process in self._aside:
            if process.leave_at is not None and time.monotonic() >= process.leave_at:
                process.leave_at = None
                if not process.bury():
                    process.send(signal.SIGTERM)
            why_not = process.why_not_left(LEAVING_SECONDS)
            assert why_not is None, f"{why_not}; see {self.log}"

    def _may_befall(self) -> bool:
        """Between processes, one other than the one that is hit stands, to go on with what that one held."""
        return len(self._standing()) > (1 if self._broker else 0)

    def _standing(self) -> list[WorkerProcess]:
        return [each for each in self._working if each is not None and each.ready]

    def _zombies(self) -> list[WorkerProcess]:
        return [each for each in self._aside if each.stopped_at is not None]

    def _names_of(self, process: WorkerProcess) -> list[str]:
        with self.application.database.read() as session:
            query = text("SELECT id FROM worker WHERE pid = :pid AND state <> 'dead'")
            return [str(each) for each in session.scalars(query, {"pid": process.pid})]

    # ------------------------------------------------------------------ faults

    def _befall(self, kind: str) -> None:
        if kind == "flushed":
            self._flush()
        else:
            process = self._rng.choice(self._standing())
            place = self._working.index(process)
            names = self._names_of(process)
            at = process.send(_SIGNALS[kind])
            self._note_hits(kind, at, names)
            self._working[place] = None
            if kind == "killed":
                process.close()
            else:
                self._aside.append(process)
            if kind == "stopped":
                process.stopped_at = time.monotonic()
        self.met[kind] += 1

    def _note_hits(self, kind: str, at: float, names: list[str]) -> None:
        query = text("SELECT id, epoch FROM run WHERE owner = :owner AND status = 'running'")
        with self.application.database.read() as session:
            for name in names:
                for run_id, epoch in session.execute(query, {"owner": name}):
                    self._hits.append(Hit(kind, at, run_id, epoch))

    def _flush(self) -> None:
        """While nobody listens for a moment, runs are started, and all that the broker holds is lost."""
        assert self._broker is not None
        awake = self._standing()
        for process in awake:
            process.send(signal.SIGSTOP)
        try:
            ones = [self._load.draw(self._rng, len(self.wanted) + number) for number in range(BURST)]
            found = self._start_all(ones)
            self._broker.flush()
            at = time.time()
        finally:
            for process in awake:
                process.send(signal.SIGCONT)
        self._hits += [Hit("flushed", at, run_id, 0) for run_id in found]
        self._go_on(after(FLUSHED_SECONDS))


def after(seconds: float) -> Callable[[], bool]:
    """Whether so many seconds have gone by since now."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


_SIGNALS = {
    "killed": signal.SIGKILL,
    "killed unseen": signal.SIGKILL,
    "ended": signal.SIGTERM,
    "stopped": signal.SIGSTOP,
}
