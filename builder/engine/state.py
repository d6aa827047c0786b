"""The state of a run as a value: what has happened so far, folded from its recorded steps.

The records that are made anew at every event are named tuples: a frozen dataclass costs four times as much to make.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from builder.sdk import JSON


class RunStatus(StrEnum):
    """The life of a run. `ready`, `running` and `waiting` are not final; `quarantined` waits for a retry button."""

    QUEUED = "queued"
    READY = "ready"
    RUNNING = "running"
    WAITING = "waiting"
    QUARANTINED = "quarantined"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REFUSED = "refused"
    CANCELLED = "cancelled"


FINAL_RUNS = frozenset({RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.REFUSED, RunStatus.CANCELLED})


class StepStatus(StrEnum):
    """The life of a step. The last five are final, and each step ends in exactly one of them."""

    PENDING = "pending"
    RUNNING = "running"
    WAITING = "waiting"
    RETRYING = "retrying"
    UNCERTAIN = "uncertain"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    REFUSED = "refused"


FINAL_STEPS = frozenset({
    StepStatus.SUCCEEDED, StepStatus.FAILED, StepStatus.SKIPPED, StepStatus.CANCELLED, StepStatus.REFUSED
})  # fmt: skip


NOTHING: Mapping[str, Any] = MappingProxyType({})
"""An empty table that nobody can change."""


class StepState(NamedTuple):
    """One node in one scope.

    Attributes:
        status: where it stands.
        attempt: which try, from 1; 0 before the first.
        ports: the ports that are taken, once final.
        output: what it gave (readable as `node.field`), once final.
        error: `{class, code, sentence, attempts, at}` once it failed (readable as `node.error.…` behind `error`).
        due: when a waiting or retrying step wakes by itself.
        signal: the signal that a waiting step waits for.
        why: one sentence: why it waits, was skipped, failed or was refused.
        failures: how many of its attempts failed and were followed by another; crashes do not count.
    """

    status: StepStatus = StepStatus.PENDING
    attempt: int = 0
    ports: tuple[str, ...] = ()
    output: JSON = None
    error: Mapping[str, Any] | None = None
    due: datetime | None = None
    signal: str | None = None
    why: str = ""
    failures: int = 0


class Scope(NamedTuple):
    """One graph being run: the outer one (path `""`), or a body (`rows[3]`, `redraft[2]`, `call`).

    Attributes:
        path: its path; the steps inside are `path + "." + id`, or `id` for the outer one.
        inputs: what `input` means inside.
        steps: node id → StepState; a node without an entry is pending.
        item, index: inside a map. `round`, `previous`: inside a loop; `previous` is None in round 1 (see `round`).
        live: how many of its steps are not final yet (a map past its quorum counts until its last item ends).
        result: what its result bindings gave, once it succeeded.
        settled: whether it ended; its steps are dropped then, the record has them.
        failed: the error record it ended with, when it failed.
    """

    path: str
    inputs: JSON = None
    steps: Mapping[str, StepState] = NOTHING
    item: JSON = None
    index: int | None = None  # type: ignore[assignment]  # hides tuple.index, which nobody asks a scope for
    round: int | None = None
    previous: JSON = None
    live: int = 0
    result: JSON = None
    settled: bool = False
    failed: Mapping[str, Any] | None = None


class Container(NamedTuple):
    """A container whose body runs: a map, a loop or a call. It is dropped when its last scope has ended.

    Attributes:
        inputs: its own resolved inputs, which are `input` inside.
        items: for a map, what it goes over.
        started: how many scopes were opened so far; for a loop, the round.
        open: how many of them have not ended.
        done, failed: how many of them ended well, and badly.
    """

    inputs: JSON
    items: tuple[JSON, ...] | None = None
    started: int = 0
    open: int = 0
    done: int = 0
    failed: int = 0


class RunState(NamedTuple):
    """Everything that is known of a run.

    Attributes:
        scopes: scope path → Scope, for every graph that is being run.
        containers: step path → Container, for every container whose body runs.
        result: the run's result, once given.
        why: one sentence: why it ended as it did.
        spent: cost so far; `tokens`, `possible_duplicates` and `retries` likewise.
        models: the models that answered, in order of first use.
        items: map items opened so far.
        steps: steps that ran to an end so far.
        spending: step path → worst case of what it may cost, for the steps that spend right now.
    """

    status: RunStatus = RunStatus.READY
    scopes: Mapping[str, Scope] = NOTHING
    containers: Mapping[str, Container] = NOTHING
    result: JSON = None
    why: str = ""
    spent: float = 0.0
    tokens: int = 0
    possible_duplicates: int = 0
    retries: int = 0
    models: tuple[str, ...] = ()
    items: int = 0
    steps: int = 0
    spending: Mapping[str, float] = NOTHING


@lru_cache(maxsize=8192)
def split_step_path(path: str) -> tuple[str, str]:
    """A step path as (scope path, node id): `rows[3].check` → (`rows[3]`, `check`)."""
    scope, _, node = path.rpartition(".")
    return scope, node


def join_step_path(scope: str, node: str) -> str:
    """The step path of a node in a scope."""
    return f"{scope}.{node}" if scope else node


def split_scope_path(path: str) -> tuple[str, int | None]:
    """A scope path as (its container's step path, index or round): `rows[3]` → (`rows`, 3), `crm` → (`crm`, None)."""
    if not path.endswith("]"):
        return path, None
    container, _, number = path[:-1].rpartition("[")
    return container, int(number)


def join_scope_path(container: str, number: int) -> str:
    """The path of one item's or round's scope."""
    return f"{container}[{number}]"
