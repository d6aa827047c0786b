"""Writes of the machine as rows of the record, and back. Rows hold plain text, so that the hot path only binds it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from builder.db import write_json
from builder.engine.events import RunWrite, StepWrite, Write
from builder.engine.state import RunStatus, StepStatus
from builder.runs.schemas import RUN, SCOPE, STEP, Row, StoredText
from builder.sdk import JSON, Finding, Usage, Verdict, VerdictWord


def write_row(write: Write, seq: int, output: StoredText, marks: tuple[str, ...] = ()) -> Row:
    """The row of one write.

    Args:
        write: what the machine wrote.
        seq: its place in the run's record, from 1.
        output: the write's output (of a run: its result), as it is stored.
        marks: what people must know about the step (`on an example`).
    """
    if isinstance(write, RunWrite):
        record = {"why": write.why} if write.why else {}
        return Row(seq, RUN, "", write.status.value, 0, write_json(record), output.text, output.ref, None)
    kind = SCOPE if write.scope else STEP
    record = _record_of(write, marks)
    text = write_json(record) if record else "{}"
    return Row(seq, kind, write.path, write.status.value, write.attempt, text, output.text, output.ref, None)


def _record_of(write: StepWrite, marks: tuple[str, ...]) -> dict[str, Any]:
    record: dict[str, Any] = {}
    if write.ports:
        record["ports"] = write.ports
    if write.why:
        record["why"] = write.why
    if write.error is not None:
        record["error"] = dict(write.error)
    if write.due is not None:
        record["due"] = write.due.isoformat()
    if write.signal is not None:
        record["signal"] = write.signal
    if write.verdict is not None:
        record["verdict"] = verdict_record(write.verdict)
    if write.usage is not None:
        record["usage"] = _usage_record(write.usage)
    if write.duplicate:
        record["duplicate"] = True
    if marks:
        record["marks"] = marks
    return record


class RecordHash:
    """The hash over the rows of a run in their order, which the event of its end holds: SHA-256 over a line of JSON
    each, the secret of a row by its own hash.
    """

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, row: Row) -> None:
        """Goes on with the next row."""
        secret = None if row.secret is None else hashlib.sha256(row.secret).hexdigest()
        self._hash.update(f"{write_json([*row[:-1], secret])}\n".encode())

    def read(self) -> str:
        """As it is now, in hex."""
        return self._hash.hexdigest()


def read_write(row: Row, output: JSON) -> Write:
    """The write behind a row, with its output read from wherever it was stored."""
    record = json.loads(row.record)
    if row.kind == RUN:
        return RunWrite(RunStatus(row.status), output, record.get("why", ""))
    due = record.get("due")
    return StepWrite(
        path=row.path,
        status=StepStatus(row.status),
        attempt=row.attempt,
        ports=tuple(record.get("ports", ())),
        output=output,
        error=record.get("error"),
        due=None if due is None else datetime.fromisoformat(due),
        signal=record.get("signal"),
        why=record.get("why", ""),
        scope=row.kind == SCOPE,
        verdict=_read_verdict(record.get("verdict")),
        usage=_read_usage(record.get("usage")),
        duplicate=bool(record.get("duplicate")),
    )


def verdict_record(verdict: Verdict) -> dict[str, Any]:
    """A verdict as plain data."""
    return {
        "word": verdict.word.value,
        "reason": verdict.reason,
        "findings": [[f.kind, f.field, f.start, f.end, f.score, f.detector] for f in verdict.findings],
    }


def _read_verdict(record: Mapping[str, Any] | None) -> Verdict | None:
    if record is None:
        return None
    findings = tuple(Finding(*each) for each in record["findings"])
    return Verdict(VerdictWord(record["word"]), record["reason"], findings)


def _usage_record(usage: Usage) -> list[Any]:
    return [usage.model, usage.tokens_in, usage.tokens_out, usage.cost, usage.practice]


def _read_usage(record: list[Any] | None) -> Usage | None:
    return None if record is None else Usage(*record)


def parse_json(text: str | None) -> JSON:
    """The value of an inline text."""
    return None if text is None else json.loads(text)
