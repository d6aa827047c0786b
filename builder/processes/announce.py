"""A process says that it lives, and that it leaves."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from builder.db import read_clock
from builder.processes.schemas import Process
from builder.processes.store import delete_process, delete_unseen, save_process

_FORGOTTEN_AFTER = timedelta(days=1)


def announce_process(session: Session, process: Process) -> None:
    """Says that a process lives; those of which nobody heard for a day are forgotten."""
    save_process(session, process)
    delete_unseen(session, read_clock(session) - _FORGOTTEN_AFTER)


def forget_process(session: Session, process_id: str) -> None:
    """A process has ended by itself."""
    delete_process(session, process_id)
