"""A File is what a person uploaded or a step made: an id in the values of runs, its content kept as a payload.

It belongs to one team, is read by the runs that were given it or made it and by whoever may see what went through them,
and is gone when the last of them is emptied.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from builder.files.api import router
    from builder.files.for_runs import RunFiles
    from builder.files.forget import forget_runs, sweep_files
    from builder.files.give import FileNotGivenError, Given, give_files, lend_files
    from builder.files.rules import change_files, file_ids
    from builder.files.schemas import FileFacts, FileView, show_file
    from builder.files.store import copy_files, find_kept, read_files, read_files_of, read_runs_of
    from builder.files.upload import Content, keep_upload

_DOORS = {
    "router": "api",
    "RunFiles": "for_runs",
    "forget_runs": "forget",
    "sweep_files": "forget",
    "FileNotGivenError": "give",
    "Given": "give",
    "give_files": "give",
    "lend_files": "give",
    "change_files": "rules",
    "file_ids": "rules",
    "FileFacts": "schemas",
    "FileView": "schemas",
    "show_file": "schemas",
    "copy_files": "store",
    "find_kept": "store",
    "read_files": "store",
    "read_files_of": "store",
    "read_runs_of": "store",
    "Content": "upload",
    "keep_upload": "upload",
}

__all__ = [
    "Content", "FileFacts", "FileNotGivenError", "FileView", "Given", "RunFiles", "change_files", "copy_files",
    "file_ids", "find_kept", "forget_runs", "give_files", "keep_upload", "lend_files", "read_files", "read_files_of",
    "read_runs_of", "router", "show_file", "sweep_files",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """A name of the front door, loaded when it is first asked for (SQLAlchemy is heavy)."""
    if name not in _DOORS:
        raise AttributeError(f"builder.files has no {name!r}")
    return getattr(import_module(f"builder.files.{_DOORS[name]}"), name)
