"""Files go with the runs that read them; what was uploaded and never used goes after a day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy.orm import Session

from builder.db import read_clock
from builder.files.store import delete_unused, unlink_runs

UNUSED = timedelta(days=1)
"""How long an upload may wait for the run that is given it."""
AT_ONCE = 200


def forget_runs(session: Session, run_ids: Collection[int]) -> None:
    """Some runs are emptied; what only they read is deleted by the next sweep."""
    unlink_runs(session, run_ids)


def sweep_files(session: Session) -> int:
    """Deletes some files that no run reads (any more); how many. Their content goes with the sweep of payloads."""
    return delete_unused(session, read_clock(session) - UNUSED, AT_ONCE)
