"""What the machine is told (events), what it records (writes), and what it asks for (commands).

`decide(plan, state, event, now) -> Decision(state, writes, commands)`. Whoever runs the machine must commit the writes
of one decision together, and before it acts on an Execute of a node that is not pure (its `running` write is the
intent). A pure node's start is not written: nothing is lost when it is forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeAlias

from builder.engine.state import RunState, RunStatus, StepStatus
from builder.sdk import JSON, Failed, Usage, Verdict

# ---------------------------------------------------------------- events


@dataclass(frozen=True, slots=True)
class Begun:
    """The run starts, on a validated input."""

    input: JSON


@dataclass(frozen=True, slots=True)
class Finished:
    """A step, choice, or answered question is done: these ports are taken, with this output."""

    path: str
    attempt: int
    ports: tuple[str, ...]
    output: JSON
    verdict: Verdict | None = None
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class StepFailed:
    """One attempt of a step failed. The machine decides whether it is retried, takes `error`, or fails the run.

    A time-out is told as transient with the code `timed_out`. `jitter` (0 to 1, rolled by the caller, because the
    machine is pure) says how much of the longest delay a retry waits.
    """

    path: str
    attempt: int
    failed: Failed
    jitter: float = 1.0


@dataclass(frozen=True, slots=True)
class StepRefused:
    """A policy blocked, a person rejected, or a limit is reached: the run ends refused."""

    path: str
    attempt: int
    reason: str
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Parked:
    """A step waits for people, a moment, or a signal. What ends the wait is told as Finished, StepRefused or Due."""

    path: str
    attempt: int
    why: str
    due: datetime | None = None
    signal: str | None = None
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """The inputs of a container were resolved: its body may run. `items` only for a map."""

    path: str
    attempt: int
    inputs: JSON
    items: tuple[JSON, ...] | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """The result bindings of a scope were evaluated (the outer scope's path is `""`)."""

    scope: str
    result: JSON


@dataclass(frozen=True, slots=True)
class SettleFailed:
    """The result bindings of a scope could not be evaluated."""

    scope: str
    failed: Failed


@dataclass(frozen=True, slots=True)
class Judged:
    """A loop's `until` was evaluated after a round (from 1)."""

    path: str
    round: int
    stop: bool


@dataclass(frozen=True, slots=True)
class Stopped:
    """A stop node ran: the run ends at once with this status."""

    path: str
    attempt: int
    status: RunStatus
    reason: str


@dataclass(frozen=True, slots=True)
class Due:
    """The moment came that a retrying or waiting step was waiting for."""

    path: str


@dataclass(frozen=True, slots=True)
class CancelAsked:
    """Somebody asked to cancel the run."""

    by: str


@dataclass(frozen=True, slots=True)
class Barred:
    """The run may not start: it ends refused, before anything in it has begun."""

    why: str


@dataclass(frozen=True, slots=True)
class StepCancelAsked:
    """Somebody asked to cancel one step: it ends cancelled, takes no port, and the run goes on without it."""

    path: str
    by: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The owner died or gave the run back: what was running is asked again, or is uncertain, by its class.

    Told once after `replay`, also when a parked run goes on: the commands are then everything that must go on.
    """


@dataclass(frozen=True, slots=True)
class Clarified:
    """A person said what became of an uncertain step: `repeat` it, or it `happened` with this output, or `give_up`."""

    path: str
    by: str
    answer: Literal["repeat", "happened", "give_up"]
    output: JSON = None


Event: TypeAlias = (
    Begun | Finished | StepFailed | StepRefused | Parked | Opened | Settled | SettleFailed | Judged | Stopped | Due
    | CancelAsked | Barred | StepCancelAsked | Lost | Clarified
)  # fmt: skip

# ---------------------------------------------------------------- writes


class StepWrite(NamedTuple):
    """A row of the record: a step came into this status. Folding the writes in order gives the state back.

    A scope leaves writes too, under its own path (`rows[3]`; `""` for the outer graph; a call's scope has the path of
    its step), with `scope` set: opened (`running`; for `""` the output is the run's input) and ended (`succeeded` with
    its result, `failed` with its error, `cancelled`). The `running` write of a container's step holds
    its inputs as output; what its scopes see follows from that.

    Attributes:
        duplicate: this attempt repeats one whose end nobody saw, and may cost its price twice.
    """

    path: str
    status: StepStatus
    attempt: int = 0
    ports: tuple[str, ...] = ()
    output: JSON = None
    error: Mapping[str, Any] | None = None
    due: datetime | None = None
    signal: str | None = None
    why: str = ""
    scope: bool = False
    verdict: Verdict | None = None
    usage: Usage | None = None
    duplicate: bool = False


class RunWrite(NamedTuple):
    """The run came into this status."""

    status: RunStatus
    result: JSON = None
    why: str = ""


Write: TypeAlias = StepWrite | RunWrite

# ---------------------------------------------------------------- commands


@dataclass(frozen=True, slots=True)
class Execute:
    """Do what the node's control word means: run the step, evaluate the choice, resolve a container's inputs, ask.

    A merge is never executed: the machine ends it itself.
    """

    path: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Settle:
    """Evaluate the result bindings of this scope and tell Settled."""

    scope: str


@dataclass(frozen=True, slots=True)
class Judge:
    """Evaluate a loop's `until` over this round's result and tell Judged, or StepFailed of the loop's step."""

    path: str
    round: int


@dataclass(frozen=True, slots=True)
class Abort:
    """Cancel the running attempt of this step; what it still answers is ignored."""

    path: str


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The wait of this step is over without an answer: take it off people's desks, with this sentence."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class WakeAt:
    """Tell Due for this step at this moment. Retries of less than two seconds are meant to be waited for in place."""

    path: str
    at: datetime


Command: TypeAlias = Execute | Settle | Judge | Abort | Withdraw | WakeAt


# ---------------------------------------------------------------- the answer


class Decision(NamedTuple):
    """What follows from an event.

    Attributes:
        state: the new state; the given one is never changed.
        writes: what must be recorded, in order, in one commit.
        commands: what must be done after that commit, in order.
        stale: the event came too late, twice, or too early, and changed nothing.
    """

    state: RunState
    writes: tuple[Write, ...] = ()
    commands: tuple[Command, ...] = ()
    stale: bool = False
