"""Uploading: the id is made here, the type is found by looking into it, and nothing larger than a payload is kept."""

from __future__ import annotations

import tempfile
from typing import BinaryIO, ClassVar, Self

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.db import read_clock, to_milliseconds
from builder.files.rules import LOOKED_AT, clean_name, find_media_type
from builder.files.schemas import FileFacts
from builder.files.store import insert_file, weigh_waiting
from builder.kit.errors import HandrailError
from builder.kit.ids import new_id, show_id
from builder.payloads import LARGEST, PayloadStore

IN_MEMORY = 1024 * 1024
"""Bytes of an upload that wait in memory; what is more waits on the disk."""
WAITING_AT_MOST = 512 * 1024 * 1024
"""Bytes that one person may have uploaded without a run that was given them."""


class FileTooLargeError(HandrailError):
    """A file is larger than any may be."""

    code: ClassVar[str] = "file_too_large"
    status: ClassVar[int] = 413


class TooManyFilesError(HandrailError):
    """Somebody uploads and uploads, and uses none of it."""

    code: ClassVar[str] = "too_many_files"
    status: ClassVar[int] = 409


class EmptyFileError(HandrailError):
    """A file with nothing in it."""

    code: ClassVar[str] = "file_empty"
    status: ClassVar[int] = 409


class Content:
    """An upload on its way in: written piece by piece, then stored. Closed at the end of a `with`."""

    def __init__(self) -> None:
        self._file: BinaryIO = tempfile.SpooledTemporaryFile(IN_MEMORY)  # type: ignore[assignment]  # noqa: SIM115  # is one in all that is used, and is closed by __exit__
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, piece: bytes) -> None:
        """Takes the next piece.

        Raises:
            FileTooLargeError: it is larger than any file may be.
        """
        self.size += len(piece)
        if self.size > LARGEST:
            most = LARGEST // 1024 // 1024
            raise FileTooLargeError(f"This file is larger than {most} MiB.", way_out="Send a part of it.", most=most)
        self._file.write(piece)

    def ends(self) -> tuple[bytes, bytes]:
        """Its first and its last bytes."""
        self._file.seek(0)
        head = self._file.read(LOOKED_AT)
        self._file.seek(max(0, self.size - LOOKED_AT))
        return head, self._file.read(LOOKED_AT)

    def store(self, payloads: PayloadStore) -> str:
        """Stores it; its key."""
        self._file.seek(0)
        return payloads.put_file(self._file)


def keep_upload(
    session: Session, content: Content, key: str, name: str, *, team_id: int | None, person: str, actor: str
) -> FileFacts:
    """Keeps an upload whose content is stored already.

    Args:
        session: the caller's transaction.
        content: it, for its size and type.
        key: of its payload.
        name: what it was called where it came from.
        team_id: whose it will be; None on the command line.
        person: who uploads it; he may give it to runs.
        actor: how the audit names him.

    Raises:
        EmptyFileError: there is nothing in it.
        TooManyFilesError: too much of his waits unused.
    """
    if content.size == 0:
        raise EmptyFileError(f"“{clean_name(name)}” is empty.", way_out="Choose another file.")
    if weigh_waiting(session, person) + content.size > WAITING_AT_MOST:
        most = WAITING_AT_MOST // 1024 // 1024
        raise TooManyFilesError(
            f"You have uploaded {most} MiB that no run was given.",
            way_out="Start a run with them, or wait: after a day they are deleted.",
            most=most,
        )
    now, name = read_clock(session), clean_name(name)
    media_type = find_media_type(*content.ends(), name)
    file = FileFacts(
        id=new_id(to_milliseconds(now)), team_id=team_id, name=name, media_type=media_type, size=content.size, key=key,
        made_at=now, made_by=person, run_id=None, path=None,
    )  # fmt: skip
    insert_file(session, file)
    record = {"media_type": media_type, "size": content.size}
    append_event(session, "file_uploaded", actor=actor, subject=f"file {show_id(file.id)}", now=now, record=record)
    return file
