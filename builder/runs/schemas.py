"""What the rows of a record look like, before they are rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from builder.engine.state import FINAL_RUNS, RunStatus
from builder.sdk import Mode, Stage

FINAL_STATES = frozenset(each.value for each in FINAL_RUNS)
"""The words of runs that have ended."""

STEP, SCOPE, RUN = "step", "scope", "run"


class Row(NamedTuple):
    """One row of `step`, without the run, the epoch and the moment that its commit gives it."""

    seq: int
    kind: str
    path: str
    status: str
    attempt: int
    record: str
    output: str | None
    output_ref: str | None
    secret: bytes | None


@dataclass(frozen=True, slots=True)
class RunFacts:
    """Everything of a run but what went through it.

    Attributes:
        team: its team's name when it was started.
        team_id, workflow_id, version: what was started; None for a file.
        starter: a person's id, or for a file whoever the command line named.
        trigger_id, trigger_kind, trigger_name: what started it (`form`, or a trigger as it was then called), if so.
        why: one sentence: why it waits, or ended as it did; may be empty.
        forked_from, forked_at: the earlier run that it repeats, and the step from which; None for the latter: all.
        emptied_at: when what went through it was deleted.
        halt_id: the halt that stops it.
    """

    id: int
    plan_hash: str
    name: str
    mode: Mode
    stage: Stage
    team: str
    team_id: int | None
    workflow_id: int | None
    version: int | None
    starter: str
    trigger_id: int | None
    trigger_kind: str | None
    trigger_name: str | None
    status: RunStatus
    why: str
    cost: float
    made_at: datetime
    ended_at: datetime | None
    forked_from: int | None
    forked_at: str | None
    emptied_at: datetime | None
    halt_id: int | None


@dataclass(frozen=True, slots=True)
class Look:
    """That an admin looks inside a run: reads what went through it, for a reason and a while.

    Attributes:
        reason: one line, as he gave it.
        until: from when on he reads it no more.
    """

    id: int
    run_id: int
    person_id: int
    reason: str
    begun_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class StoredText:
    """A value as its row holds it: inline text, or the key of a payload."""

    text: str | None
    ref: str | None


NOTHING = StoredText(None, None)
