"""Who lives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from builder.db import read_clock
from builder.processes.schemas import Process
from builder.processes.store import read_processes

SILENT_AFTER = timedelta(seconds=35)
"""A process speaks each 10 s; one that missed three turns is taken to be gone."""


def list_processes(session: Session) -> Sequence[Process]:
    """The processes that live, the oldest first."""
    return read_processes(session, read_clock(session) - SILENT_AFTER)
