"""A world for the machine, in memory and in one thread: it carries out commands in an order that a seed draws.

Everything random comes from the seed, the clock is virtual, so a failing seed replays exactly. What each step answers
is a function of its path alone (`World.outcome`), so an oracle can know it without running anything.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

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
    Judged,
    Lost,
    Opened,
    Parked,
    RunWrite,
    Settle,
    Settled,
    StepFailed,
    StepRefused,
    StepWrite,
    Stopped,
    WakeAt,
    Withdraw,
    Write,
)
from builder.engine.machine import decide, replay, start_state
from builder.engine.plan import Plan, PlanNode
from builder.engine.state import FINAL_RUNS, RunState, RunStatus, StepState, StepStatus, join_step_path, split_step_path
from builder.engine.turn import is_light
from builder.sdk import Control, Failed, FailureClass

START = datetime(2030, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Outcome:
    """What one step answers: `transient` failures first, then its end."""

    ports: tuple[str, ...] = ("done",)
    transient: int = 0
    end: str = "done"  # done | fail | refuse | stop
    items: int = 0
    stop_after: int = 1
    status: RunStatus = RunStatus.SUCCEEDED


Outcomes = Callable[[str, PlanNode], Outcome]


@dataclass
class Faults:
    """How often, of 1, things go wrong between two events."""

    crash: float = 0.0
    double: float = 0.0
    cancel: float = 0.0


@dataclass
class World:
    """One run, and everything around it."""

    plan: Plan
    outcome: Outcomes
    seed: int = 0
    faults: Faults = field(default_factory=Faults)
    state: RunState = field(default_factory=start_state)
    now: datetime = START
    writes: list[Write] = field(default_factory=list)
    decisions: list[int] = field(default_factory=list)  # how many writes there were after each decision
    effects: list[tuple[str, int]] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    told: int = 0
    check: Callable[[World], None] = lambda _world: None

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # a simulation's dice, not a secret
        self.inbox: list[tuple[datetime, float, Event]] = []

    # ---- telling

    def tell(self, event: Event) -> Decision:
        """Decides one event, and puts what its commands lead to into the inbox."""
        decision = decide(self.plan, self.state, event, self.now)
        if decision.stale:
            assert decision.state is self.state
            assert not decision.writes
        self.state = decision.state
        self.writes.extend(decision.writes)
        self.decisions.append(len(self.writes))
        for command in decision.commands:
            self.obey(command)
        self.told += 1
        self.check(self)
        return decision

    def obey(self, command: Command) -> None:
        """What the world does about a command: an event later, in an order that the seed draws."""
        if isinstance(command, Execute):
            scope, name = split_step_path(command.path)
            node = self.plan.graph_of(scope).nodes[name]
            if not is_light(node):
                self.effects.append((command.path, command.attempt))
            for event in self.answers(node, command.path, command.attempt):
                self.later(event)
        elif isinstance(command, Settle):
            self.later(Settled(command.scope, {"of": command.scope}))
        elif isinstance(command, Judge):
            node = self.node(command.path)
            stop = command.round >= self.outcome(command.path, node).stop_after
            self.later(Judged(command.path, command.round, stop))
        elif isinstance(command, WakeAt):
            self.later(Due(command.path), at=command.at)
        elif isinstance(command, Withdraw):
            self.withdrawn.append(command.path)
        else:
            assert isinstance(command, Abort)
            if self.random.random() < 0.5:  # the other half answers too late
                self.inbox = [one for one in self.inbox if getattr(one[2], "path", None) != command.path]
                heapq.heapify(self.inbox)

    def later(self, event: Event, at: datetime | None = None) -> None:
        """Puts an event into the inbox."""
        moment = at or self.now + timedelta(milliseconds=self.random.randrange(1000))
        heapq.heappush(self.inbox, (moment, self.random.random(), event))

    def node(self, path: str) -> PlanNode:
        """The node behind a step path."""
        scope, name = split_step_path(path)
        return self.plan.graph_of(scope).nodes[name]

    def answers(self, node: PlanNode, path: str, attempt: int) -> Sequence[Event]:
        """What executing a step leads to."""
        told = self.outcome(path, node)
        step = find_step(self.state, path)
        if step is not None and step.failures < told.transient:
            return (StepFailed(path, attempt, Failed(FailureClass.TRANSIENT, "busy", "It was busy."), 0.5),)
        if told.end == "fail":
            return (StepFailed(path, attempt, Failed(FailureClass.PERMANENT, "broken", "It is broken.")),)
        if told.end == "refuse":
            return (StepRefused(path, attempt, "It may not be."),)
        if node.control is Control.EACH:
            return (Opened(path, attempt, {"items": None}, tuple(range(told.items))),)
        if node.body is not None:
            return (Opened(path, attempt, {}),)
        if node.control is Control.STOP:
            return (Stopped(path, attempt, told.status, "It says so."),)
        if node.control is Control.WAIT:
            due = self.now + timedelta(seconds=5)
            return (Parked(path, attempt, "It waits for a moment.", due),)
        if node.control is Control.ASK:
            answer = Finished(path, attempt, told.ports, {"by": "ana"})
            return (Parked(path, attempt, "It waits for ana."), answer)
        return (Finished(path, attempt, told.ports, {"path": path}),)

    # ---- running

    def run(self, most: int = 20_000) -> RunState:
        """Runs to the end. Raises AssertionError when nothing moves any more, or never stops."""
        self.tell(Begun({}))
        while self.state.status not in FINAL_RUNS:
            assert self.told < most, "it never ends"
            if self.random.random() < self.faults.crash:
                self.crash()
            if self.random.random() < self.faults.cancel:
                self.tell(CancelAsked("ana"))
                continue
            self.clarify()
            assert self.inbox or self.state.status in FINAL_RUNS, f"nothing moves: {self.state}"
            if self.inbox:
                self.deliver()
        return self.state

    def deliver(self) -> None:
        """Tells the next event, sometimes twice."""
        moment, _, event = heapq.heappop(self.inbox)
        self.now = max(self.now, moment)
        if isinstance(event, Finished) and self.node(event.path).control is Control.ASK and self.waits_not(event.path):
            self.later(event)  # people answer only what is on their desk
            return
        self.tell(event)
        if self.random.random() < self.faults.double:
            assert self.tell(event).stale or isinstance(event, Lost)

    def waits_not(self, path: str) -> bool:
        """Whether a question has been taken up but not asked yet."""
        step = find_step(self.state, path)
        return step is not None and step.status is StepStatus.RUNNING

    def crash(self) -> None:
        """The process dies; another goes on from the record. What people will say is not lost with it."""
        self.state = replay(self.plan, self.writes)
        self.inbox = []
        self.tell(Lost())
        for path, step in open_steps(self.state):
            node = self.node(path)
            if step.status is StepStatus.WAITING and node.control is Control.ASK:
                self.later(Finished(path, step.attempt, self.outcome(path, node).ports, {"by": "ana"}))

    def clarify(self) -> None:
        """Somebody says what became of uncertain steps: here, that they are to be repeated."""
        for path, step in open_steps(self.state):
            if step.status is StepStatus.UNCERTAIN:
                self.tell(Clarified(path, "ana", "repeat"))
                return


def open_steps(state: RunState) -> list[tuple[str, StepState]]:
    """Every step that a state knows, with its path."""
    return [
        (join_step_path(scope.path, name), step)
        for scope in state.scopes.values()
        for name, step in scope.steps.items()
    ]


def find_step(state: RunState, path: str) -> StepState | None:
    """A step of an open scope."""
    scope, name = split_step_path(path)
    found = state.scopes.get(scope)
    return None if found is None else found.steps.get(name)


def forget_unwritten(plan: Plan, state: RunState) -> RunState:
    """The state without the one thing that is not recorded: that a step which leaves no intent has been started."""
    scopes: dict[str, Any] = {}
    for path, scope in state.scopes.items():
        nodes = plan.graph_of(path).nodes
        steps = {
            name: step
            for name, step in scope.steps.items()
            if not (
                step.status is StepStatus.RUNNING
                and step.attempt == 1
                and is_light(nodes[name])
                and (f"{path}.{name}" if path else name) not in state.containers
            )
        }
        scopes[path] = scope._replace(steps=steps)
    return state._replace(scopes=scopes)


def last_rows(writes: Sequence[Write]) -> Mapping[str, StepWrite]:
    """Step path → its last row."""
    return {write.path: write for write in writes if isinstance(write, StepWrite) and not write.scope}


def run_end(writes: Sequence[Write]) -> RunWrite:
    """The last row of the run."""
    (end,) = [write for write in writes if isinstance(write, RunWrite)]
    return end
