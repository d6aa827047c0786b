"""The event of a run's end holds the hash over its record, on either back end: what is changed afterwards is found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from builder.db import Database, read_clock
from builder.runs import EndedRuns, RecordReport, reap_workers, resume_run, verify_records
from builder.runs.store.lists import empty_rows
from builder.sdk import Decision
from tests.contracts.world import World, workflow

MASKED = workflow(
    {
        "note": {"type": "test.note@1", "config": {"text": "x", "size": 20_000}},
        "mask": {"type": "test.mask@1", "inputs": {"text": {"value": "eva@example.org"}}},
        "check": {
            "type": "review.approve@1",
            "config": {"question": "May it go out?", "reviewers": {"role": "reviewer"}},
            "inputs": {"text": {"from": "mask.text"}},
        },
        "send": {"type": "test.send@1"},
    },
    ["note -> mask", "mask -> check", "check.approved -> send"],
)


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with World(database, tmp_path) as opened:
        yield opened


def end_one(world: World) -> int:
    """A run that left memory for a review and came back: its hash goes on from the rows that it found."""
    run_id = world.start(MASKED)
    world.until(run_id, "waiting")
    world.until_idle()
    world.do(resume_run, run_id, "check", Decision("approve", "kim", reason="fine"))
    assert world.until(run_id).run.status == "succeeded"
    return run_id


def verify(world: World) -> RecordReport:
    told = [(run, facts["record"]) for kind, run, facts in world.desk.events if kind == "run_ended"]
    with world.database.read() as session:
        return verify_records(session, EndedRuns(dict(told)))


def test_the_records_are_what_they_were(world: World) -> None:
    for _ in range(2):
        end_one(world)
    failed = world.start(workflow({"one": {"type": "test.note@1", "config": {"fails": "bad_input"}}}))
    assert world.until(failed).run.status == "failed"
    world.do(reap_workers)
    report = verify(world)
    assert (report.checked, report.emptied, report.broken) == (3, 0, None)
    assert report.sentence == "The records of 3 runs are what they were when these ended."


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE step SET status = 'failed' WHERE seq = 2",
        "UPDATE step SET record = '{}' WHERE record <> '{}'",
        "UPDATE step SET output = '1' WHERE output IS NOT NULL",
        "UPDATE step SET output_ref = substr(output_ref, 2) WHERE output_ref IS NOT NULL",
        "UPDATE step SET secret = NULL WHERE secret IS NOT NULL",
        "DELETE FROM step WHERE seq = (SELECT max(seq) FROM step)",
        "DELETE FROM step",
    ],
)
def test_whoever_changes_a_record_is_found(world: World, change: str) -> None:
    run_id = end_one(world)
    with world.database.transaction() as session:
        assert session.execute(text(change)).rowcount > 0  # type: ignore[attr-defined]  # of a statement that changes rows
    report = verify(world)
    assert report.broken == run_id
    assert report.sentence.endswith("is not what it was when the run ended.")


def test_of_an_old_run_nothing_can_be_compared(world: World) -> None:
    run_id = end_one(world)
    with world.database.transaction() as session:
        empty_rows(session, [run_id], read_clock(session))
    report = verify(world)
    assert (report.checked, report.emptied, report.broken) == (0, 1, None)
