"""Reading runs: where each stands, what its steps did, and why it waits."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from builder.engine.state import FINAL_STEPS, StepStatus
from builder.kit.ids import show_id
from builder.runs import store
from builder.runs.loading import read_value
from builder.runs.ports import Payloads
from builder.runs.schemas import STEP
from builder.runs.tell import RunMissingError
from builder.sdk import JSON, Mode


@dataclass(frozen=True, slots=True)
class RunView:
    """A run as people see it.

    Attributes:
        number: its id in the database; `id` is how it is shown.
        status: a RunStatus word.
        why: one sentence: why it waits, or ended as it did.
        wakes: when it goes on by itself.
        emptied: when what went through it was deleted.
    """

    number: int
    id: str
    name: str
    plan_hash: str
    mode: Mode
    stage: str
    status: str
    why: str
    starter: str
    cost: float
    made: datetime
    started: datetime | None
    ended: datetime | None
    wakes: datetime | None
    cancel_by: str | None
    forked_from: int | None
    emptied: datetime | None


@dataclass(frozen=True, slots=True)
class StepView:
    """A step as people see it: its latest state, and what it took to get there.

    Attributes:
        attempts: how many tries it took so far.
        verdict, usage, error: as records, where there are any.
        marks: what people must know: *on an example*, *unreviewed*, *copied*.
        duplicate: it may have cost its price twice.
    """

    path: str
    status: StepStatus
    attempts: int
    ports: tuple[str, ...]
    started: datetime
    ended: datetime | None
    why: str
    due: str | None
    verdict: Mapping[str, Any] | None
    usage: Sequence[Any] | None
    error: Mapping[str, Any] | None
    marks: tuple[str, ...]
    duplicate: bool
    output: JSON = None


@dataclass(frozen=True, slots=True)
class WaitView:
    """Something that people must answer: a question (`ask`), or what became of an effect (`uncertain`)."""

    token: int
    path: str
    kind: str
    question: JSON
    opened: datetime


@dataclass(frozen=True, slots=True)
class RunStory:
    """A run, its steps in the order of their beginning, and what it waits for."""

    run: RunView
    steps: tuple[StepView, ...]
    waits: tuple[WaitView, ...] = ()
    input: JSON = None
    result: JSON = None
    events: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)


def list_runs(
    session: Session, *, limit: int = 50, name: str | None = None, status: str | None = None
) -> list[RunView]:
    """The newest runs."""
    return [_view(row) for row in store.read_run_rows(session, limit, name, status)]


def read_run(session: Session, run_id: int, payloads: Payloads | None) -> RunStory:
    """Everything about one run; without `payloads`, nothing that went through it. Raises RunMissingError."""
    row = store.read_run_row(session, run_id)
    if row is None:
        raise RunMissingError(f"There is no run {show_id(run_id)}.", way_out="`handrail runs` lists them.")
    rows = store.read_record(session, run_id, outputs=payloads is not None)
    waits = tuple(
        WaitView(each["token"], each["path"], each["kind"], each["question"], each["opened_at"])
        for each in store.read_waits(session, run_id)
    )
    return RunStory(
        run=_view(row),
        steps=_steps(rows, payloads),
        waits=waits,
        input=None if payloads is None else read_value(row["input"], row["input_ref"], payloads),
        result=None if payloads is None else read_value(row["result"], row["result_ref"], payloads),
        events=tuple(_event(each) for each in rows),
    )


def read_woven_of(session: Session, run_id: int) -> JSON:
    """The woven document that a run runs. Raises RunMissingError."""
    row = store.read_run_row(session, run_id)
    if row is None:
        raise RunMissingError(f"There is no run {show_id(run_id)}.", way_out="`handrail runs` lists them.")
    return store.read_plan_document(session, row["plan_hash"])


def _view(row: RowMapping) -> RunView:
    return RunView(
        number=row["id"],
        id=show_id(row["id"]),
        name=row["name"],
        plan_hash=row["plan_hash"],
        mode=Mode(row["mode"]),
        stage=row["stage"],
        status=row["status"],
        why=row["why"],
        starter=row["starter"],
        cost=row["cost"],
        made=row["made_at"],
        started=row["started_at"],
        ended=row["ended_at"],
        wakes=row["wake_at"],
        cancel_by=row["cancel_by"],
        forked_from=row["forked_from"],
        emptied=row["emptied_at"],
    )


def _steps(rows: Sequence[store.StoredRow], payloads: Payloads | None) -> tuple[StepView, ...]:
    began: dict[str, datetime] = {}
    last: dict[str, store.StoredRow] = {}
    for stored in rows:
        if stored.row.kind == STEP:
            began.setdefault(stored.row.path, stored.at)
            last[stored.row.path] = stored
    return tuple(_step(stored, began[path], payloads) for path, stored in last.items())


def _step(stored: store.StoredRow, began: datetime, payloads: Payloads | None) -> StepView:
    row, record = stored.row, json.loads(stored.row.record)
    status = StepStatus(row.status)
    return StepView(
        path=row.path,
        status=status,
        attempts=row.attempt,
        ports=tuple(record.get("ports", ())),
        started=began,
        ended=stored.at if status in FINAL_STEPS else None,
        why=record.get("why", ""),
        due=record.get("due"),
        verdict=record.get("verdict"),
        usage=record.get("usage"),
        error=record.get("error"),
        marks=tuple(record.get("marks", ())),
        duplicate=bool(record.get("duplicate")),
        output=None if payloads is None else read_value(row.output, row.output_ref, payloads),
    )


def _event(stored: store.StoredRow) -> Mapping[str, Any]:
    """A row of the record, as the tests of patterns and histories read it."""
    row = stored.row
    return {
        "seq": row.seq, "epoch": stored.epoch, "at": stored.at, "kind": row.kind, "path": row.path,
        "status": row.status, "attempt": row.attempt, **json.loads(row.record),
    }  # fmt: skip
