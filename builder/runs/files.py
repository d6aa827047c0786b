"""Files of runs, as people have to do with them: which they may give to a run, and in which they may see them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from builder.files import FileView, lend_files, read_files_of, show_file
from builder.runs.browse import holds_payload, sees_payload
from builder.runs.store.lists import read_facts
from builder.sdk import JSON
from builder.teams import Caller


def lend_own_files(session: Session, caller: Caller, value: JSON) -> frozenset[int]:
    """The files named in a value that a caller may give to a run: those that he uploaded, and those of runs that are
    for him to read. Who only looks inside a run takes nothing out of it.
    """

    def holds_any(runs: Collection[int]) -> bool:
        return any(holds_payload(session, caller, each) for each in read_facts(session, runs).values())

    return lend_files(session, value, caller.person, holds_any)


def sees_any(session: Session, caller: Caller, runs: Collection[int]) -> bool:
    """Whether a caller may see what went through one of some runs."""
    return any(sees_payload(session, caller, each) for each in read_facts(session, runs).values())


def show_files(session: Session, run_id: int) -> list[FileView]:
    """The files that a run was given and made, for somebody who may see what went through it."""
    return [show_file(each) for each in read_files_of(session, run_id)]
