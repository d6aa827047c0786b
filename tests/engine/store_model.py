"""A tiny model of the store and of the workers around the machine: claims with owner and epoch, parking, doorbells.

Each protection can be taken away, to see that the tests miss it: the fence on every commit, the second look at the
signals under the lock when a run is parked, and the unique key of a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from builder.engine.events import (
    Abort,
    Begun,
    CancelAsked,
    Clarified,
    Command,
    Decision,
    Due,
    Event,
    Execute,
    Finished,
    Judge,
    Lost,
    Parked,
    Settle,
    Settled,
    WakeAt,
    Withdraw,
    Write,
)
from builder.engine.machine import decide, replay, start_state
from builder.engine.plan import Plan
from builder.engine.state import FINAL_RUNS, RunState, StepStatus, split_step_path
from builder.sdk import Control

from .history import check_history
from .simulator import START, open_steps


@dataclass(frozen=True)
class Protections:
    """What keeps two workers, or a worker and a person, apart."""

    fence: bool = True
    recheck: bool = True
    unique: bool = True


class Fenced(Exception):  # what happened, not a mistake
    """The run belongs to somebody else now."""


@dataclass
class Row:
    """A row of the record."""

    seq: int
    owner: str
    epoch: int
    write: Write


@dataclass
class Store:
    """The one truth: one run, its rows, and what it was told."""

    plan: Plan
    guarded: Protections = field(default_factory=Protections)
    status: str = "ready"
    owner: str | None = None
    epoch: int = 0
    rows: list[Row] = field(default_factory=list)
    told: list[Event] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)
    wake_at: datetime | None = None
    now: datetime = START
    bells: int = 1

    def claim(self, worker: str) -> int | None:
        """One conditional update."""
        if self.status != "ready":
            return None
        self.status, self.owner, self.epoch = "running", worker, self.epoch + 1
        return self.epoch

    def holds(self, worker: str, epoch: int) -> bool:
        """The fence."""
        return not self.guarded.fence or (self.owner == worker and self.epoch == epoch and self.status == "running")

    def commit(self, worker: str, epoch: int, rows: Sequence[Row], taken: set[int]) -> None:
        """One fenced statement, idempotent on its rows' keys."""
        if not self.holds(worker, epoch):
            raise Fenced
        known = {row.seq for row in self.rows if row.owner == worker and row.epoch == epoch}
        self.rows += [row for row in rows if not self.guarded.unique or row.seq not in known]
        self.taken |= taken

    def park(self, worker: str, epoch: int, heard: int, wake_at: datetime | None) -> bool:
        """Leaves the run waiting, unless it was told something since the worker looked."""
        if not self.holds(worker, epoch):
            raise Fenced
        if self.guarded.recheck and heard < len(self.told):
            return False
        self.status, self.owner, self.wake_at = "waiting", None, wake_at
        return True

    def tell(self, event: Event) -> None:
        """Somebody says something, in one transaction with waking the run."""
        self.told.append(event)
        if self.status == "waiting":
            self.status = "ready"
            self.bells += 1

    def reap(self) -> None:
        """The owner is taken to be dead: the run is given back, and rung."""
        if self.status == "running":
            self.status, self.owner, self.epoch = "ready", None, self.epoch + 1
            self.bells += 1

    def sweep(self) -> None:
        """The keeper's round: bells that were lost, moments that have come."""
        if self.status == "waiting" and self.wake_at is not None and self.wake_at <= self.now:
            self.status = "ready"
        if self.status == "ready":
            self.bells += 1

    def check(self) -> None:
        """What must hold at every moment."""
        check_history(self.plan, [row.write for row in self.rows], [row.epoch for row in self.rows])
        if self.status == "waiting":
            assert len(self.taken) == len(self.told), "it waits although it was told something: a lost wake-up"


@dataclass
class Worker:
    """A process that owns the run, or thinks so."""

    name: str
    store: Store
    epoch: int
    state: RunState = field(default_factory=start_state)
    inbox: list[Event] = field(default_factory=list)
    alarms: dict[str, datetime] = field(default_factory=dict)
    heard: int = 0
    knows: int = 0  # how often the run had been told something when the store last said so
    seq: int = 0
    effects: list[str] = field(default_factory=list)

    @classmethod
    def take(cls, name: str, store: Store) -> Worker | None:
        """Answers a doorbell."""
        epoch = store.claim(name)
        if epoch is None:
            return None
        worker = cls(name, store, epoch)
        worker.state = replay(store.plan, [row.write for row in store.rows])
        worker.inbox = [Lost() if store.rows else Begun({})]
        worker.knows = len(store.told)
        return worker

    def act(self, *, lost_answer: bool = False) -> None:
        """The next thing to do: an event, a look at what was told, or leaving. Raises Fenced."""
        if self.state.status in FINAL_RUNS:
            self.leave()
        elif self.inbox:
            self.decide(self.inbox.pop(0), lost_answer=lost_answer)
        elif self.heard < self.knows:
            self.hear(lost_answer=lost_answer)
        else:
            self.rest()

    def hear(self, *, lost_answer: bool) -> None:
        """Takes in what the run was told and has not taken in yet."""
        for number, event in enumerate(tuple(self.store.told)):
            if number not in self.store.taken:
                self.decide(event, lost_answer=lost_answer, taken={number})
            self.heard = number + 1

    def rest(self) -> None:
        """Nothing is to be done at once: alarms ring, a person is asked about what is uncertain, or the run parks."""
        due = [path for path, moment in self.alarms.items() if moment <= self.store.now]
        for path in due:
            del self.alarms[path]
            self.inbox.append(Due(path))
        for path, step in open_steps(self.state):
            if step.status is StepStatus.UNCERTAIN:
                self.inbox.append(Clarified(path, "ana", "repeat"))
        if not self.inbox:
            if self.store.park(self.name, self.epoch, self.heard, min(self.alarms.values(), default=None)):
                raise Fenced  # nothing is held any more
            self.knows = len(self.store.told)

    def leave(self) -> None:
        """The run has ended."""
        if not self.store.holds(self.name, self.epoch):
            raise Fenced
        self.store.status, self.store.owner = self.state.status.value, None
        raise Fenced

    def decide(self, event: Event, *, lost_answer: bool = False, taken: set[int] | None = None) -> None:
        """Decides, commits, and only then acts. A commit whose answer was lost is sent again."""
        decision: Decision = decide(self.store.plan, self.state, _at_this_attempt(event, self.state), self.store.now)
        rows = [Row(self.seq + place, self.name, self.epoch, write) for place, write in enumerate(decision.writes)]
        self.store.commit(self.name, self.epoch, rows, taken or set())
        if lost_answer:
            self.store.commit(self.name, self.epoch, rows, taken or set())
        self.knows = len(self.store.told)
        self.seq += len(rows)
        self.state = decision.state
        for command in decision.commands:
            self.obey(command)

    def obey(self, command: Command) -> None:
        """Carries out a command."""
        if isinstance(command, Execute):
            self.execute(command)
        elif isinstance(command, Settle):
            self.inbox.append(Settled(command.scope, {}))
        elif isinstance(command, WakeAt):
            self.alarms[command.path] = command.at
        else:
            assert isinstance(command, Abort | Withdraw | Judge)

    def execute(self, command: Execute) -> None:
        """Does a step: an effect only after its intent stands in the store."""
        scope, name = split_step_path(command.path)
        node = self.store.plan.graph_of(scope).nodes[name]
        if not node.pure:
            intents = [row.write for row in self.store.rows if row.write.status is StepStatus.RUNNING]
            assert any(getattr(intent, "path", None) == command.path for intent in intents), "an effect without intent"
            self.effects.append(command.path)
        if node.control is Control.ASK:
            self.inbox.append(Parked(command.path, command.attempt, "It waits for ana."))
        elif node.control is Control.WAIT:
            due = self.store.now + timedelta(seconds=5)
            self.inbox.append(Parked(command.path, command.attempt, "It waits for a moment.", due))
        else:
            self.inbox.append(Finished(command.path, command.attempt, node.ports[:1], {}))


def _at_this_attempt(event: Event, state: RunState) -> Event:
    """What people say is said to the question, whichever attempt asked it."""
    if isinstance(event, Finished) and event.attempt == 0:
        step = state.scopes[""].steps.get(event.path)
        return replace(event, attempt=0 if step is None else step.attempt)
    return event


def answer(path: str, port: str) -> Event:
    """A person's answer."""
    return Finished(path, 0, (port,), {"by": "ana"})


def cancel() -> Event:
    """Somebody cancels the run."""
    return CancelAsked("ana")
