"""A RunWorker owns runs in this process: an event loop in a thread, a committer, a lease that it keeps alive.

`advance(run_id)` is what a ring leads to. It claims the run if it is ready, and returns; the loop does the rest.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
import threading
import time
import uuid
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any

import structlog
from sqlalchemy.orm import Session

from builder.db import Database
from builder.engine.events import Barred, Begun, Event, Lost
from builder.engine.machine import replay, start_state
from builder.kit.errors import HandrailError
from builder.kit.ids import show_id
from builder.runs import store
from builder.runs.allowance import Allowance
from builder.runs.committer import PAUSES, Committer, is_away
from builder.runs.execution import Execution
from builder.runs.failpoints import failpoint
from builder.runs.hold import Hold
from builder.runs.hot import Claim, FencedError
from builder.runs.lease import HEARTBEAT, LEASE, Lease
from builder.runs.loading import Plans, RunTokens, read_all, read_value
from builder.runs.performer import Performer
from builder.runs.place import machine_place, process_lives
from builder.runs.ports import Reach
from builder.runs.store import keeping
from builder.runs.sweep import quarantine_run, reap_workers
from builder.sdk import Mode
from builder.teams import NotAdmittedError, Wish
from builder.telemetry import RunSeen, Watch

IN_FLIGHT_AT_MOST = 2_000
"""Runs in this process at once; further rings are left to others, or to the sweep."""
ALONE_AFTER = 2
"""Deaths without progress after which a run is tried alone."""

SWITCH_INTERVAL = 0.0005
"""Seconds that one thread may hold the interpreter while another waits for it. A commit goes from the loop to a thread
and back; at Python's usual 5 ms a busy thread beside them would make each of them wait that long, twice.
"""

_log = structlog.get_logger("builder.runs")


class RunWorker:
    """Executes runs in this process.

    Attributes:
        id: its name in the fence; a new one each time it registers.
        draining: it takes no run any more.
        for_others: runs that it gave back, or was rung for, while it was draining.

    Args:
        told: hears (run, step path, sentence) what nodes tell those who watch.
    """

    def __init__(
        self, database: Database, reach: Reach, told: Callable[[int, str, str], None] = lambda *_: None
    ) -> None:
        self.database = database
        self.reach = reach
        self.id = ""
        self.draining = False
        self.for_others: set[int] = set()
        self.performer = Performer(database, reach, told)
        self.committer = Committer(database, reach.telemetry)
        self._plans = Plans(database, reach)
        self._executions: dict[int, Execution] = {}
        self._claiming: set[int] = set()
        self._rung: set[int] = set()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._alone: int | None = None
        self._suspects: set[int] = set()
        self._lease = Lease()
        self._changed = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._live, name="handrail-runs", daemon=True)

    # ------------------------------------------------------------------ from other threads

    def start(self) -> None:
        """Registers, starts the threads, and takes over what dead processes of this machine left."""
        sys.setswitchinterval(min(SWITCH_INTERVAL, sys.getswitchinterval()))
        self._register()
        self.committer.start()
        self._thread.start()
        self._call(self._begin()).result()

    def advance(self, run_id: int) -> None:
        """A run may be ready: claims and executes it, if so. Returns at once; harmless if it is not."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._advance_soon, run_id)

    @property
    def trusted(self) -> bool:
        """Whether the lease is young enough to begin effects."""
        return self._lease.trusted

    def answers(self, timeout: float = 5.0) -> bool:
        """Whether the event loop does its turns."""
        turned = threading.Event()
        try:
            self._loop.call_soon_threadsafe(turned.set)
        except RuntimeError:  # it has been closed, as it should at the end
            return True
        return turned.wait(timeout)

    @property
    def busy(self) -> int:
        """How many runs are in this process."""
        return len(self._tasks)

    def drain(self, timeout: float = 25.0) -> None:
        """Takes no run any more, lets nodes under way finish, gives the rest back, and rings for it."""
        self._call(self._drain(timeout)).result()

    def stop(self) -> None:
        """Ends the threads; drain first."""
        if not self._thread.is_alive():
            return
        self._call(self._end()).result()
        self.committer.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self.performer.close()

    def _call(self, work: Coroutine[Any, Any, None]) -> Future[None]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _live(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    # ------------------------------------------------------------------ the lease

    def _register(self) -> None:
        worker_id = uuid.uuid4().hex
        with self.database.transaction() as session:
            keeping.insert_worker(session, worker_id, machine_place(), os.getpid(), LEASE)
        self.id = worker_id
        self._lease.renew(time.monotonic())

    async def _begin(self) -> None:
        await asyncio.to_thread(self._take_over)
        self._heart = asyncio.ensure_future(self._keep_lease())

    def _take_over(self) -> None:
        with self.database.transaction() as session:
            reap_workers(session, here=machine_place(), is_alive=process_lives)

    async def _keep_lease(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT)
            started = time.monotonic()
            try:
                news = await self.committer.beat(self.id, int(LEASE * 1000))
            except Exception:  # the database is away: until it is back, no effect begins
                _log.exception("heartbeat_missed")
                continue
            if news is None:
                await self._rise_again()
                continue
            self._lease.renew(started)
            self._lease.wake()
            for each in news:
                execution = self._executions.get(each.run_id)
                if execution is not None:
                    execution.nudge(each.told, each.cancel_by, halted=each.halted)

    async def _rise_again(self) -> None:
        """We were declared dead, and our runs are others' now: drop them, and begin anew under another name."""
        _log.warning("worker_was_declared_dead", worker=self.id)
        for task in self._tasks.values():
            task.cancel()
        await asyncio.to_thread(self._register)
        self._lease.wake()

    async def trust_lease(self, owner: str) -> None:
        """Returns when the process may begin an effect: its last heartbeat is young.

        Raises:
            FencedError: the worker was declared dead meanwhile.
        """
        while not self.trusted:
            await self._lease.changed()
        if owner != self.id:
            raise FencedError

    # ------------------------------------------------------------------ runs

    def _advance_soon(self, run_id: int) -> None:
        if run_id in self._tasks:
            self._rung.add(run_id)  # it may have parked already and be on its way out: then it is claimed again
            if run_id in self._executions:
                self._executions[run_id].look()
        elif self.draining:
            self.for_others.add(run_id)
        elif self._alone is None and len(self._tasks) < IN_FLIGHT_AT_MOST:
            task = self._loop.create_task(self._own(run_id))
            self._tasks[run_id] = task
            task.add_done_callback(lambda _: self._forget(run_id))

    def _forget(self, run_id: int) -> None:
        self._tasks.pop(run_id, None)
        self._executions.pop(run_id, None)
        self._changed.set()
        self._changed = asyncio.Event()
        if run_id in self._rung:
            self._rung.remove(run_id)
            self._advance_soon(run_id)

    async def _own(self, run_id: int) -> None:
        """Claims a run and executes it until it leaves our hands."""
        while not (self.trusted or self.draining):  # a ring that came while the database was away is not lost
            await self._lease.changed()
        if self.draining:
            self.for_others.add(run_id)
            return
        owner = self.id
        claim = await self.committer.claim(run_id, owner)
        if claim is None:
            return
        structlog.contextvars.bind_contextvars(run=show_id(run_id))
        waited = None if claim.waited is None else claim.waited / 1000
        with self.reach.telemetry.watch_run(RunSeen(run_id, claim.name, claim.mode, waited)) as watch:
            await self._execute(claim, owner, watch)

    async def _execute(self, claim: Claim, owner: str, watch: Watch) -> None:
        """Executes a claimed run until it leaves our hands, however it does."""
        run_id = claim.run_id
        try:
            if claim.deaths >= ALONE_AFTER:
                await self._be_alone(run_id)
            execution, first, begun = await self._load(claim, owner)
            self._executions[run_id] = execution
            refusal = None if begun else await self._ask_admission(execution.hold)
            if refusal is not None:
                execution.journal.tell("run_refused")
            await execution.go(first if refusal is None else Barred(refusal))
            watch.outcome = execution.ended or ""
            if execution.ended == "ready":
                self.for_others.add(run_id)
                await asyncio.to_thread(self._ring, run_id)
        except FencedError:
            watch.outcome = "fenced"
            _log.info("run_fenced")
        except HandrailError as problem:
            watch.outcome, watch.error = "quarantined", problem.code
            await self._quarantine(claim, owner, problem.sentence)
        except Exception as problem:  # a fault of ours must not leave the run half done and unexplained
            name = type(problem).__name__
            if is_away(problem):  # nothing is wrong with it
                watch.outcome, watch.error = "ready", name
                _log.warning("run_left_for_later", error=name)
                await self._settle(lambda session: keeping.give_back_own(session, run_id, (owner, claim.epoch)))
                return
            watch.outcome, watch.error = "quarantined", name
            _log.exception("run_broke")
            await self._quarantine(claim, owner, f"Handrail itself broke off with {name}.")
        finally:
            if self._alone == run_id:
                self._alone = None

    async def _load(self, claim: Claim, owner: str) -> tuple[Execution, Event, bool]:
        """The run in memory, what it is told first, and whether it has begun before."""
        plan = self._plans.find(claim.plan_hash)
        if plan is None:
            plan = await asyncio.to_thread(self._plans.load, claim.plan_hash)
        rows: list[store.StoredRow] = []
        if claim.epoch > 1 or claim.forked_from is not None:
            rows = await asyncio.to_thread(self._read_rows, claim.run_id)
        record = read_all(rows, self.reach, claim.run_id)
        hold = Hold(
            owner=owner,
            claim=claim,
            plan=plan,
            mode=Mode(claim.mode),
            given=read_value(claim.given, None, self.reach.payloads),
            tokens=RunTokens(record.key, record.pairs),
            allowance=Allowance(plan),
            marks=record.marks,
            reach=self.reach,
            committer=self.committer,
        )
        if record.writes:
            own = any(each.epoch > 0 for each in rows)  # what a retry copied belongs to no epoch
            return Execution(self, hold, record, replay(plan, record.writes)), Lost(), own
        begun = Begun(read_value(claim.input, claim.input_ref, self.reach.payloads))
        return Execution(self, hold, record, start_state()), begun, False

    async def _ask_admission(self, hold: Hold) -> str | None:
        """Whether the run may begin, as things stand now: None, or why not."""
        admission, claim = self.reach.admission, hold.claim
        if not admission.concerns(hold.plan):
            return None
        wish = Wish(hold.mode, claim.starter, claim.team_id, claim.workflow_id, claim.run_id)

        def ask() -> str | None:
            try:
                with self.database.read() as session:
                    admission.check(session, hold.plan, wish)
            except NotAdmittedError as refusal:
                return refusal.why
            return None

        return await asyncio.to_thread(ask)

    def _read_rows(self, run_id: int) -> list[store.StoredRow]:
        with self.database.read() as session:
            return store.read_record(session, run_id)

    async def _be_alone(self, run_id: int) -> None:
        """Waits until no other run is under way here: this one may bring the process down. Suspects take turns."""
        self._suspects.add(run_id)
        try:
            while self._alone is not None:
                await self._changed.wait()
        finally:
            self._suspects.remove(run_id)
        self._alone = run_id
        while len(self._tasks) - len(self._suspects) > 1:
            await self._changed.wait()

    async def _quarantine(self, claim: Claim, owner: str, why: str) -> None:
        await self._settle(lambda session: quarantine_run(session, claim.run_id, (owner, claim.epoch), why))

    async def _settle(self, write: Callable[[Session], object]) -> None:
        """Writes what becomes of a run that leaves our hands, as soon as the database can be reached."""

        def act() -> None:
            with self.database.transaction() as session:
                write(session)

        pauses = itertools.chain(PAUSES, itertools.repeat(PAUSES[-1]))
        while True:
            try:
                await asyncio.to_thread(act)
            except Exception as problem:  # raised again, unless the database is only away
                if not is_away(problem):
                    raise
                await asyncio.sleep(next(pauses))
            else:
                return

    def _ring(self, run_id: int) -> None:
        failpoint("ring.before")
        self.database.ring(run_id)
        failpoint("ring.after")

    # ------------------------------------------------------------------ leaving

    async def _drain(self, longest: float) -> None:
        self.draining = True
        self._lease.wake()
        for execution in self._executions.values():
            execution.wake()
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=longest)
        await self._drop_all()
        await asyncio.to_thread(self._give_back)

    async def _drop_all(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=5)

    def _give_back(self) -> None:
        failpoint("giveback.before_commit")
        with self.database.transaction() as session:
            keeping.give_back(session, self.id)
        failpoint("giveback.after_commit")

    async def _end(self) -> None:
        self.draining = True
        self._heart.cancel()
        await self._drop_all()
        for close in self.reach.closers:
            await close()
