"""Reading a file as a person: who may is who may see what went through a run that read it, and who uploaded it."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy.orm import Session

from builder.files.schemas import FileFacts
from builder.files.store import read_files, read_runs_of
from builder.kit.errors import HandrailError
from builder.kit.ids import show_id
from builder.teams import Caller, Installation, may


class UnknownFileError(HandrailError):
    """There is no such file that one may know of."""

    code: ClassVar[str] = "unknown_file"
    status: ClassVar[int] = 404


def find_file(session: Session, caller: Caller, file_id: int, site: Installation) -> FileFacts:
    """A file that a caller may read.

    Raises:
        UnknownFileError: there is none.
    """
    file = read_files(session, [file_id]).get(file_id)
    if file is not None and file.team_id is not None:
        own = file.made_by == caller.person and may(caller, "run.start", file.team_id)
        runs = read_runs_of(session, [file_id]).get(file_id, frozenset())
        if own or site.shows_file(session, caller, show_id(file_id), runs):
            return file
    raise UnknownFileError(
        "There is no such file, or you may not see it.", way_out="A file is deleted with the runs that read it."
    )
