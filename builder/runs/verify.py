"""Whether the records of runs are what they were when these ended: the event of the end holds the hash over one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from builder.kit.clock import SYSTEM_CLOCK
from builder.kit.ids import read_id, show_id
from builder.runs.records import RecordHash
from builder.runs.store import read_record
from builder.runs.store.lists import read_emptied


@dataclass(slots=True)
class EndedRuns:
    """Notes, of the lines of an audit, which runs ended and with which hash.

    Attributes:
        hashes: run → the hash over its record.
    """

    hashes: dict[int, str] = field(default_factory=dict)

    def watch(self, lines: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        """The same lines, looked at as they pass."""
        for line in lines:
            event = line.get("event")
            if isinstance(event, dict) and event.get("kind") == "run_ended" and "record" in event.get("record", {}):
                self.hashes[read_id(event["subject"].removeprefix("run "))] = event["record"]["record"]
            yield line


@dataclass(frozen=True, slots=True)
class RecordReport:
    """What was found.

    Attributes:
        checked: records that were compared.
        emptied: records of which what went through the run was deleted, because it was old; nothing can be compared.
        broken: the first run whose record is not what it was; None where each is.
        left: records that were not compared, because the patience was over.
    """

    checked: int
    emptied: int
    broken: int | None
    left: int = 0

    @property
    def sentence(self) -> str:
        """All of it."""
        if self.broken is not None:
            return f"The record of run {show_id(self.broken)} is not what it was when the run ended."
        aside = f"; of {self.emptied} old ones what went through them was deleted" if self.emptied else ""
        left = f" {self.left} older ones were not compared." if self.left else ""
        return f"The records of {self.checked} runs are what they were when these ended{aside}.{left}"


def verify_records(session: Session, ended: EndedRuns, patience: float | None = None) -> RecordReport:
    """Compares the record of each run with the hash in the event of its end. One whose row is gone counts as broken.

    Args:
        session: any session.
        ended: the runs that ended.
        patience: seconds after which no further record is begun, the newest being the first; None compares all.
    """
    checked = emptied = 0
    end = None if patience is None else SYSTEM_CLOCK.monotonic() + patience
    for run_id, told in sorted(ended.hashes.items(), reverse=end is not None):
        if end is not None and SYSTEM_CLOCK.monotonic() >= end:
            return RecordReport(checked, emptied, None, len(ended.hashes) - checked - emptied)
        if read_emptied(session, run_id):
            emptied += 1
            continue
        found = RecordHash()
        for stored in read_record(session, run_id):
            found.add(stored.row)
        if found.read() != told:
            return RecordReport(checked, emptied, run_id)
        checked += 1
    return RecordReport(checked, emptied, None)
