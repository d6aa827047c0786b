"""An Execution is one run in this process's hands, from its claim until it ends, waits, or is given back.

It tells the machine what happens, does what the machine asks for, and commits by class. What is pure rides along; an
effect begins only after its intent is synced, in the commit that also holds all that led to it; its result is merged
with the intent of the next. Whatever comes back with a commit (cancelled, told something, fenced) is obeyed at once.
"""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import datetime
from typing import Protocol

import structlog

from builder.db import Database
from builder.engine.events import Abort, CancelAsked, Command, Due, Event, Execute, Judge, Settle, WakeAt, Withdraw
from builder.engine.machine import decide
from builder.engine.recovery import explain_wait
from builder.engine.state import FINAL_RUNS, RunState, RunStatus
from builder.runs import performing, store
from builder.runs.failpoints import failpoint
from builder.runs.hold import Hold, step_at
from builder.runs.hot import FencedError
from builder.runs.journal import Journal, Leave
from builder.runs.loading import Record
from builder.runs.performer import Performer
from builder.runs.performing import Asked
from builder.runs.recorded import find_end
from builder.runs.signals import take_signal
from builder.runs.store import Signal
from builder.sdk import Control

FLUSH_ROWS = 64
FLUSH_SECONDS = 0.05
WAIT_IN_PLACE = 2.0
"""Seconds that a retry is waited for in memory; a longer one parks the run."""
_TURNS_AT_ONCE = 64  # commands in a row before other runs on the loop have their turn


class Process(Protocol):
    """What an execution asks of the process that it lives in."""

    database: Database
    performer: Performer
    draining: bool

    async def trust_lease(self, owner: str) -> None:
        """Returns when the process may begin an effect: its last heartbeat is young. Raises FencedError."""
        ...


class Execution:
    """One run in this process's hands.

    Attributes:
        state: where it stands.
        tasks: step path → the attempt under way.
        ended: how it left our hands: a run status, `ready` (given back), or None while it is here.
        told: how often the run was told something; `heard`: how often of that was looked at.
        early: signals that no step waits for yet.
    """

    def __init__(self, process: Process, hold: Hold, record: Record, state: RunState) -> None:
        self.process = process
        self.hold = hold
        self.state = state
        self.journal = Journal(hold, record.last, record.hash)
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.ended: str | None = None
        self.told, self.heard = hold.claim.told, 0
        self.early: list[Signal] = []
        self.cancel_by = hold.claim.cancel_by
        self.halted = False
        self._cancelled = False
        self._problem: BaseException | None = None
        self._commands: deque[Command] = deque()
        self._starts: list[Execute] = []
        self._events: deque[Event | Asked] = deque()
        self._alarms: dict[str, datetime] = {}
        self._bell = asyncio.Event()
        self._turns = 0

    # ------------------------------------------------------------------ from outside

    def nudge(self, told: int, cancel_by: str | None, *, halted: bool = False) -> None:
        """Somebody noticed that the run was told something, is to be cancelled, or is halted."""
        self.told = max(self.told, told)
        self.cancel_by = self.cancel_by or cancel_by
        self.halted = self.halted or halted
        self._bell.set()

    def look(self) -> None:
        """A ring came for a run that is here: it was told something, or nothing."""
        self.told = max(self.told, self.heard + 1)
        self._bell.set()

    def wake(self) -> None:
        """Looks again whether to go on: the process is draining."""
        self._bell.set()

    @property
    def leaves(self) -> bool:
        """Whether nothing more is begun: the process drains, or the run is halted. Who is cancelled ends anyway."""
        return self.process.draining or (self.halted and self.cancel_by is None)

    # ------------------------------------------------------------------ the loop

    async def go(self, first: Event) -> None:
        """Runs until the run leaves our hands. Raises FencedError when it belongs to somebody else."""
        try:
            self.tell(first)
            while self.ended is None:
                await self._act()
                if self._problem is not None:
                    raise self._problem
                if self.state.status in FINAL_RUNS:
                    await self._finish()
                elif self.cancel_by and not self._cancelled:
                    self._cancelled = True
                    self.tell(CancelAsked(self.cancel_by))
                elif self.told > self.heard:
                    await self._hear()
                elif self._starts:
                    await self._begin_effects()
                elif self._events:
                    self._take_events()
                else:
                    await self._rest()
        finally:
            for task in self.tasks.values():
                task.cancel()

    def tell(self, event: Event | Asked) -> None:
        """Tells the machine what happened, and notes what follows."""
        if isinstance(event, Asked):
            self.journal.ask(event)
            event = event.event
        decision = decide(self.hold.plan, self.state, event, self.hold.reach.clock.now())
        self.state = decision.state
        self.journal.add(decision.writes)
        self._commands.extend(decision.commands)

    async def _act(self) -> None:
        """Does everything that can be done at once."""
        while self._commands and self.state.status not in FINAL_RUNS:
            self._turns += 1
            if self._turns % _TURNS_AT_ONCE == 0:
                await asyncio.sleep(0)
            if len(self.journal) >= FLUSH_ROWS:
                await self._save()
            await self._do(self._commands.popleft())
        while self._commands:  # the run has ended: only what must stop is left
            command = self._commands.popleft()
            if isinstance(command, Abort | Withdraw):
                await self._do(command)

    async def _do(self, command: Command) -> None:
        match command:
            case Execute():
                await self._execute(command)
            case Settle(scope=scope):
                self.tell(performing.settle_result(self.hold.plan, self.state, scope))
            case Judge(path=path, round=turn):
                step = step_at(self.state, path)
                if step is not None:
                    self.tell(performing.judge(self.hold.plan, self.state, path, step.attempt, turn))
            case Abort(path=path):
                self._starts = [each for each in self._starts if each.path != path]
                if path in self.tasks:
                    self.tasks.pop(path).cancel()
            case Withdraw(path=path, why=why):
                self.journal.withdraw(path, why)
            case WakeAt(path=path, at=at):
                self._alarms[path] = at

    async def _execute(self, command: Execute) -> None:
        node = self.hold.node(command.path)
        end = find_end(self.hold, command.path, command.attempt)
        if end is not None:
            self.tell(end)
        elif node.control not in (Control.STEP, Control.ASK):
            now = self.hold.reach.clock.now()
            self.tell(performing.answer_control(self.hold.plan, self.state, command, node, now))
        elif not node.pure and node.control is Control.STEP:
            self._starts.append(command)
        elif self.process.performer.holds_thread(node):
            self.tasks[command.path] = asyncio.ensure_future(self._perform(command))
        else:
            self.tell(await self._attempt(command))

    async def _attempt(self, command: Execute) -> Event | Asked:
        return await self.process.performer.perform(self.hold, self.state, command.path, command.attempt)

    async def _begin_effects(self) -> None:
        """Commits the intents, and only then begins. Who leaves begins nothing, and commits no intent of it either."""
        if self.leaves:
            self.journal.forget_intents({command.path for command in self._starts})
            if self._events:
                self._take_events()
            elif self.tasks:
                await self._wait(None)
            else:
                await self._give_back()
            return
        await self.process.trust_lease(self.hold.owner)
        starts, self._starts = self._starts, []
        await self._save(synced=True)
        if self.cancel_by and not self._cancelled:
            self._cancelled = True
            self.tell(CancelAsked(self.cancel_by))
            return
        for command in starts:
            self.tasks[command.path] = asyncio.ensure_future(self._perform(command))

    async def _perform(self, command: Execute) -> None:
        try:
            await self.process.trust_lease(self.hold.owner)
            failpoint("effect.before")
            structlog.contextvars.bind_contextvars(step=command.path)  # of this task alone
            event = await self._attempt(command)
            failpoint("effect.after")
        except Exception as problem:  # raised again in the loop, which decides what becomes of the run
            self._problem = problem
            self._bell.set()
            return
        if self.tasks.get(command.path) is asyncio.current_task():
            del self.tasks[command.path]
            self._events.append(event)
            self._bell.set()

    def _take_events(self) -> None:
        while self._events:
            self.tell(self._events.popleft())

    async def _rest(self) -> None:
        """Nothing can be done at once: waits for what is under way, or leaves the run waiting."""
        if self._ring_alarms() or (self.early and self._match_early()):
            return
        alarm = min(self._alarms.values(), default=None)
        soon = None if alarm is None else (alarm - self.hold.reach.clock.now()).total_seconds()
        if self.leaves and not self.tasks:
            await self._give_back()
        elif self.tasks or (soon is not None and soon < WAIT_IN_PLACE and not self.leaves):
            await self._wait(soon)
        else:
            await self._park(alarm)

    async def _hear(self) -> None:
        """Reads what the run was told, and takes in what can be taken now."""

        def read() -> tuple[tuple[int, str | None] | None, list[Signal]]:
            with self.process.database.read() as session:
                return store.read_told(session, self.hold.run_id), store.read_signals(session, self.hold.run_id)

        self.told = self.heard  # what is told from here on raises it again
        found, signals = await asyncio.to_thread(read)
        if found is None:
            raise FencedError
        self.heard = found[0]
        self.nudge(*found)
        known = {each.id for each in self.early} | self.journal.taken
        self.early += [each for each in signals if each.id not in known]
        self._match_early()

    def _match_early(self) -> bool:
        """Takes in the first signal that can be taken in; whether there was one."""
        for each in self.early:
            events = take_signal(self.process.performer, self.hold, self.state, each)
            if events is not None:
                self.early.remove(each)
                self.journal.take(each)
                for event in events:
                    self.tell(event)
                return True
        return False

    def _ring_alarms(self) -> bool:
        if not self._alarms:
            return False
        now = self.hold.reach.clock.now()
        due = [path for path, moment in self._alarms.items() if moment <= now]
        for path in due:
            del self._alarms[path]
            self.tell(Due(path))
        return bool(due)

    async def _wait(self, soon: float | None) -> None:
        limits = [] if soon is None else [max(soon, 0.0)]
        if len(self.journal):
            limits.append(FLUSH_SECONDS)
        self._bell.clear()
        if self._events or self._problem:
            return
        try:
            await asyncio.wait_for(self._bell.wait(), min(limits, default=None))
        except TimeoutError:
            if len(self.journal) and (soon is None or soon > FLUSH_SECONDS):
                await self._save()

    async def _save(self, *, synced: bool = False) -> None:
        await self.journal.save(synced=synced)
        self.nudge(self.journal.committed.told, self.journal.committed.cancel_by)

    # ------------------------------------------------------------------ leaving

    async def _finish(self) -> None:
        """The run has ended: what is under way is stopped, and all is committed with the last step."""
        for task in self.tasks.values():
            task.cancel()
        self.tasks.clear()
        await self.journal.close(self.state, self.state.status.value, self.state.why)
        self.ended = self.state.status.value

    async def _park(self, alarm: datetime | None) -> None:
        """Everything waits: the run leaves memory, unless it was told something meanwhile."""
        waits = explain_wait(self.state)
        if not waits:
            raise RuntimeError("the run neither goes on nor waits for anything")
        why = " ".join(waits[:3]) + (f" And {len(waits) - 3} more." if len(waits) > 3 else "")
        if await self.journal.close(self.state, RunStatus.WAITING.value, why, Leave(alarm, self.heard)):
            self.ended = RunStatus.WAITING.value
        else:
            self.nudge(self.journal.committed.told, self.journal.committed.cancel_by)

    async def _give_back(self) -> None:
        """Leaves the run to another process."""
        await self.journal.close(self.state, RunStatus.READY.value, "")
        self.ended = RunStatus.READY.value
