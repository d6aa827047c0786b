"""Payloads in a folder: `ab/cd/abcd…`, written aside, synced, then renamed, so that a file is whole or not there."""

from __future__ import annotations

import io
import os
import shutil
import uuid
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import BinaryIO

from builder.payloads.ports import PIECE, PayloadError, check_content, check_key, key_of, key_of_file

PARTS = 256
"""Parts of a folder that are swept one by one."""


class FolderStore:
    """Keeps payloads in a folder of the local disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        """Stores bytes so that they outlive a crash, and gives their key.

        Raises:
            PayloadError: they are too large, or the disk refuses them.
        """
        return self._store(key_of(content), io.BytesIO(content))

    def put_file(self, file: BinaryIO) -> str:
        """Stores what an open file holds, piece by piece.

        Raises:
            PayloadError: it is too large, or the disk refuses it.
        """
        return self._store(key_of_file(file), file)

    def _store(self, key: str, content: BinaryIO) -> str:
        place = self._place(key)
        try:
            try:
                os.utime(place)  # it is used anew, so no sweep takes it
            except FileNotFoundError:
                self._write(place, content)
        except OSError as error:
            raise PayloadError(f"A value could not be stored in {self._folder}: {error.strerror}.") from error
        return key

    def get(self, key: str) -> bytes:
        """The bytes behind a key, checked against it.

        Raises:
            PayloadError: they are not there, or were changed.
        """
        check_key(key)
        try:
            content = self._place(key).read_bytes()
        except OSError as error:
            raise PayloadError(f"The stored value {key[:12]}… cannot be read: {error.strerror}.") from error
        return check_content(key, content)

    def sweep(self, part: int, before: float, find_used: Callable[[Collection[str]], Collection[str]]) -> int:
        """Deletes, in one part of the folder, what nothing names any more; how many that were.

        Args:
            part: which of the `PARTS` parts.
            before: seconds since 1970; what was stored later may belong to a commit that is still to come.
            find_used: which of some keys are named.
        """
        old = {}
        for place in (self._folder / f"{part:02x}").glob("*/*"):
            try:
                if place.stat().st_mtime < before:
                    old[place.name] = place
            except FileNotFoundError:
                continue
        used = find_used([name for name in old if not name.startswith(".")]) if old else ()
        return sum(_remove(place, before) for name, place in old.items() if name not in used)

    def list_keys(self) -> Iterator[str]:
        """The key of every payload that is there."""
        for place in self._folder.glob("??/??/*"):
            if not place.name.startswith("."):
                yield place.name

    def _place(self, key: str) -> Path:
        return self._folder / key[:2] / key[2:4] / key

    def _write(self, place: Path, content: BinaryIO) -> None:
        for folder in (self._folder, place.parent.parent, place.parent):
            if not folder.is_dir():
                folder.mkdir(parents=True, exist_ok=True)
                _sync_folder(folder.parent)
        aside = place.with_name(f".{place.name[:8]}-{uuid.uuid4().hex}")
        try:
            with aside.open("xb") as file:
                shutil.copyfileobj(content, file, PIECE)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(place)
        except BaseException:  # also a cancelled write leaves nothing behind
            aside.unlink(missing_ok=True)
            raise
        _sync_folder(place.parent)


def _remove(place: Path, before: float) -> bool:
    """Takes a file away, unless somebody has stored the same meanwhile; it is put aside first, where none finds it."""
    aside = place.with_name(f".{place.name[:8]}-{uuid.uuid4().hex}")
    try:
        place.rename(aside)
        if aside.stat().st_mtime >= before:
            aside.replace(place)
            return False
        aside.unlink()
    except FileNotFoundError:
        return False
    return True


def _sync_folder(folder: Path) -> None:
    """Makes the names in a folder outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
