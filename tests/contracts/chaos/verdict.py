"""What is found when all is over: is every run as it must be, was every write made once, and how long did it take?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from builder.audit import export_audit, verify_audit
from builder.runs import RunStory, read_run
from builder.runs.loading import read_value
from builder.runs.records import read_write
from builder.runs.store import read_record
from builder.wiring import Application
from tests.contracts.chaos.load import Load, Wanted
from tests.contracts.chaos.sink import Sink
from tests.contracts.history import check_history
from tests.engine.history import check_history as check_order


@dataclass(frozen=True)
class Hit:
    """A run was in a process's hands when something happened to that process.

    Attributes:
        fault: `killed`, `killed unseen`, `stopped`, `ended`, or `flushed` for a run whose ring was lost.
        at: seconds since the epoch.
        epoch: under which the process held the run.
    """

    fault: str
    at: float
    run_id: int
    epoch: int


@dataclass
class Verdict:
    """The findings.

    Attributes:
        wrong: sentences about what is not as it must be.
        doubled, lost: unsafe writes made twice; writes that were due and never made.
        repeated: times that a keyed write arrived again, with its key.
        pauses: fault → seconds until each run that it hit went on.
    """

    runs: int = 0
    rows: int = 0
    wrong: list[str] = field(default_factory=list)
    doubled: int = 0
    lost: int = 0
    repeated: int = 0
    pauses: dict[str, list[float]] = field(default_factory=dict)


Rows = dict[int, list[tuple[int, float, str]]]
"""Run → epoch, moment and status of each row of its record."""


def judge(application: Application, load: Load, sink: Sink, wanted: dict[int, Wanted], hits: list[Hit]) -> Verdict:
    """Looks at every run, every write and every hit."""
    verdict = Verdict()
    rows: Rows = {}
    for run_id, one in wanted.items():
        with application.database.read() as session:
            story = read_run(session, run_id, application.payloads)
        verdict.runs += 1
        verdict.rows += len(story.events)
        rows[run_id] = [(each["epoch"], each["at"].timestamp(), each["status"]) for each in story.events]
        verdict.wrong += _judge_run(application, load, story, one)
        _judge_writes(verdict, sink, story.run.status, one)
    known = {path for one in wanted.values() for path in one.writes}
    verdict.wrong += [f"a write that nobody wanted: {path}" for path in sink.arrived if path not in known]
    verdict.pauses = _measure(hits, rows)
    with application.database.read() as session:
        report = verify_audit(export_audit(session, application.keys.audit.public), application.keys.audit.public)
    if not report.holds:
        verdict.wrong.append(f"the audit: {report.sentence}")
    return verdict


def _judge_run(application: Application, load: Load, story: RunStory, one: Wanted) -> list[str]:
    found = []
    if story.run.status not in one.statuses:
        found.append(f"{one.kind} {one.label} is {story.run.status} ({story.run.why}), not {one.statuses}")
    if story.run.status == "succeeded" and story.result != {"text": one.input["text"]}:
        found.append(f"{one.kind} {one.label} has the result {str(story.result)[:80]}")
    with application.database.read() as session:
        record = read_record(session, story.run.number)
    writes = [read_write(each.row, _value(application, each.row)) for each in record]
    try:
        check_history(story)
        check_order(load.plans[one.kind], writes, [each.epoch for each in record])
    except AssertionError as problem:
        found.append(f"{one.kind} {one.label}: {problem}")
    return found


def _value(application: Application, row: Any) -> Any:
    return read_value(row.output, row.output_ref, application.payloads)


def _judge_writes(verdict: Verdict, sink: Sink, status: str, one: Wanted) -> None:
    """A write is doubled when an unsafe one was carried out twice, or a keyed one came under two keys."""
    for path in sorted(one.writes):
        keys = sink.arrived.get(path, Counter())
        if not keys:
            if status != "cancelled":
                verdict.lost += 1
                verdict.wrong.append(f"a write was lost: {path}")
        elif len(keys) > 1 or (path.startswith("unsafe") and keys.total() > 1):
            verdict.doubled += 1
            verdict.wrong.append(f"a write was made twice: {path} {dict(keys)}")
        else:
            verdict.repeated += keys.total() - 1


def _measure(hits: list[Hit], rows: Rows) -> dict[str, list[float]]:
    """From each fault to the next row that another owner committed. A run that was hit again meanwhile counts from
    the later hit; one that its owner had already ended or left waiting has no pause.
    """
    pauses: dict[str, list[float]] = {}
    by_run: dict[int, list[Hit]] = {}
    for hit in sorted(hits, key=lambda each: each.at):
        by_run.setdefault(hit.run_id, []).append(hit)
    for run_id, found in by_run.items():
        for hit, after in zip(found, [*found[1:], None], strict=True):
            own = [status for epoch, _, status in rows[run_id] if epoch <= hit.epoch]
            then = next((at for epoch, at, _ in rows[run_id] if epoch > hit.epoch), None)
            parked = own[-1:] in (["waiting"], ["uncertain"])
            if then is not None and not parked and (after is None or then < after.at):
                pauses.setdefault(hit.fault, []).append(then - hit.at)
    return pauses
