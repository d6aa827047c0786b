"""Files as running steps reach them: read by id, if the run was given it or made it; kept once for the same content."""

from __future__ import annotations

import asyncio
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from builder.db import Database, read_clock, to_milliseconds
from builder.files.give import EXAMPLE
from builder.files.rules import LOOKED_AT, clean_name, find_media_type
from builder.files.schemas import FileFacts
from builder.files.store import insert_made, link_files, read_file_of
from builder.kit.ids import new_id, read_id, show_id
from builder.payloads import LARGEST, PayloadError, PayloadStore
from builder.sdk import Failed, FailureClass, NodeError, StoredFile


class Reader(Protocol):
    """Which step of which run asks."""

    @property
    def run_id(self) -> int:
        """The run."""
        ...

    @property
    def path(self) -> str:
        """The step."""
        ...

    @property
    def team_id(self) -> int | None:
        """The team whose run it is."""
        ...


class RunFiles:
    """Reads and keeps files for the steps of runs; the database and the store are waited for in threads."""

    def __init__(self, database: Database, payloads: PayloadStore) -> None:
        self._database = database
        self._payloads = payloads

    async def read(self, file: str, use: Reader) -> StoredFile:
        """A file that this run was given or made.

        Raises:
            NodeError: there is none such, or its content cannot be had.
        """
        return await asyncio.to_thread(self._read, file, use)

    async def keep(self, name: str, media_type: str, content: bytes, use: Reader) -> StoredFile:
        """Keeps a file that a step made. Making the same again, in the same step, gives the same file.

        Raises:
            NodeError: it is too large, or cannot be kept.
        """
        return await asyncio.to_thread(self._keep, name, content, use)

    def _read(self, file: str, use: Reader) -> StoredFile:
        if file == EXAMPLE:
            raise _failed("file_is_example", "This stands on an example, so there is no file behind it.")
        try:
            number = read_id(file)
        except ValueError:
            raise _failed("file_unknown", "This is not the id of a file.") from None
        with self._database.read() as session:
            found = read_file_of(session, number, use.run_id)
        if found is None or found.team_id != use.team_id:
            raise _failed("file_unknown", "There is no such file that this run was given or made.")
        try:
            content = self._payloads.get(found.key)
        except PayloadError as problem:
            raise _failed("file_lost", problem.sentence) from problem
        return StoredFile(file, found.name, found.media_type, found.size, content)

    def _keep(self, name: str, content: bytes, use: Reader) -> StoredFile:
        if len(content) > LARGEST:
            raise _failed("file_too_large", f"A file has at most {LARGEST:,} bytes; this has {len(content):,}.")
        name = clean_name(name)
        media_type = find_media_type(content[:LOOKED_AT], content[-LOOKED_AT:], name)
        try:
            key = self._payloads.put(content)
            with self._database.transaction() as session:
                now = read_clock(session)
                row = FileFacts(
                    id=new_id(to_milliseconds(now)), team_id=use.team_id, name=name, media_type=media_type,
                    size=len(content), key=key, made_at=now, made_by=None, run_id=use.run_id, path=use.path,
                )  # fmt: skip
                kept = insert_made(session, row)
                link_files(session, use.run_id, [kept.id])
        except (PayloadError, SQLAlchemyError) as problem:
            sentence = "The file could not be kept; the store or the database does not answer."
            raise _failed("file_not_kept", sentence, FailureClass.TRANSIENT) from problem
        return StoredFile(show_id(kept.id), kept.name, kept.media_type, kept.size, content)


def _failed(code: str, sentence: str, failure: FailureClass = FailureClass.PERMANENT) -> NodeError:
    return NodeError(Failed(failure, code, sentence))
