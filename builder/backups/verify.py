"""Reading a backup from front to back: every file is what the manifest at its end says."""

from __future__ import annotations

import gzip
import hashlib
import json
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from builder.backups.schemas import FORMAT, HEAD, KEYS, MANIFEST, PAYLOADS, BackupError, Head, Manifest, SealedKeys
from builder.payloads import LARGEST

_CHUNK = 1 << 20
_SMALL = 64 * 1024 * 1024
"""Bytes of the largest manifest: with a line for each payload."""

Visit = Callable[[str, IO[bytes]], None]
"""Is given the name of each file in a backup, and the file."""


@contextmanager
def explained(file: Path) -> Iterator[None]:
    """What can be wrong with a file is told in a sentence.

    Raises:
        BackupError: with it.
    """
    try:
        yield
    except FileNotFoundError:
        raise BackupError(f"There is no file {file}.") from None
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error, ValueError, KeyError, TypeError) as problem:
        raise BackupError(f"{file} is no whole backup: {type(problem).__name__}.") from problem
    except OSError as problem:
        raise BackupError(f"{file} cannot be read: {(problem.strerror or str(problem)).lower()}.") from problem


def walk_backup(file: Path, visit: Visit) -> None:
    """Shows every file in a backup to `visit`, in order.

    Raises:
        BackupError: the file cannot be read as a backup.
    """
    with explained(file), tarfile.open(file, mode="r|gz") as tar:
        for entry in tar:
            content = tar.extractfile(entry) if entry.isreg() else None
            if content is None:
                raise BackupError(f"{file} holds {entry.name[:80]!r}, which is no plain file.")
            visit(entry.name, content)


def verify_backup(file: Path) -> tuple[Manifest, SealedKeys | None]:
    """Reads a whole backup and changes nothing: what it says of itself, and the sealed keys where there are any.

    Raises:
        BackupError: it is none, was cut off, or any part of it was changed or damaged.
    """
    hashes: dict[str, str] = {}
    small: dict[str, bytes] = {}

    def visit(name: str, content: IO[bytes]) -> None:
        digest = hashlib.sha256()
        if name in (HEAD, KEYS, MANIFEST):
            small[name] = content.read(_SMALL)
            digest.update(small[name])
        else:
            size = 0
            while chunk := content.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
            if name.startswith(PAYLOADS) and (size > LARGEST or digest.hexdigest() != name.removeprefix(PAYLOADS)):
                raise BackupError(f"The payload {name[-64:][:12]}… in {file} was changed or damaged.")
        if name != MANIFEST:
            hashes[name] = digest.hexdigest()

    walk_backup(file, visit)
    if MANIFEST not in small:
        raise BackupError(f"{file} has no end: it was cut off while it was written or copied.")
    with explained(file):
        manifest = read_manifest(json.loads(small[MANIFEST]))
        keys = None if KEYS not in small else SealedKeys(**json.loads(small[KEYS]))
    if manifest.head.format != FORMAT:
        raise BackupError(f"{file} is a backup of a form that this program does not know: {manifest.head.format[:60]}.")
    changed = [name for name in {*hashes, *manifest.hashes} if hashes.get(name) != manifest.hashes.get(name)]
    if changed:
        raise BackupError(f"{min(changed)} in {file} is not what the backup's manifest says.")
    return manifest, keys


def read_manifest(value: Any) -> Manifest:
    """A manifest from its JSON."""
    head = Head(**{**value["head"], "prints": tuple(value["head"]["prints"])})
    return Manifest(head, value["rows"], value["payloads"], tuple(value["missing"]), value["hashes"])
