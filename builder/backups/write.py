"""Writing a backup while the installation goes on working."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from sqlalchemy import Table

from builder import __version__
from builder.backups.schemas import (
    FORMAT,
    HEAD,
    KEYS,
    MANIFEST,
    PAYLOADS,
    TABLES,
    BackupError,
    Head,
    Manifest,
    SealedKeys,
)
from builder.backups.store import find_tables, read_lines, read_moment, read_references, still_names, to_counts
from builder.db import Database
from builder.payloads import FolderStore, PayloadError, PayloadStore

_IN_MEMORY = 8 * 1024 * 1024
_QUICK = 1  # how hard the whole is compressed: what is in it is mostly text


class _Archive:
    """A tar that is written from front to back, and remembers the hash of each file in it."""

    def __init__(self, tar: tarfile.TarFile, moment: float) -> None:
        self._tar = tar
        self._moment = moment
        self.hashes: dict[str, str] = {}

    def put(self, name: str, content: bytes) -> None:
        """Adds a file."""
        self._add(name, io.BytesIO(content), len(content), hashlib.sha256(content).hexdigest())

    def put_lines(self, name: str, lines: Iterable[bytes]) -> None:
        """Adds a file of lines that need not fit into memory."""
        digest = hashlib.sha256()
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as aside:
            for line in lines:
                aside.write(line)
                digest.update(line)
            size = aside.tell()
            aside.seek(0)
            self._add(name, aside, size, digest.hexdigest())

    def _add(self, name: str, content: object, size: int, digest: str) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode, entry.mtime = size, 0o600, int(self._moment)
        self._tar.addfile(entry, content)  # type: ignore[arg-type]  # both kinds of file can be read
        self.hashes[name] = digest


def write_backup(
    database: Database,
    payloads: PayloadStore,
    file: Path,
    prints: tuple[str, str],
    keys: SealedKeys | None = None,
) -> Manifest:
    """Writes a backup: the tables of one moment, then every payload that they name.

    Nobody has to stop: the view is the database's own, and a payload is stored before the commit that names it.

    Args:
        database: whose tables.
        payloads: where its large values are. Of a folder all are taken, of an object store those that rows name.
        file: where to; it must not be there yet. Only its owner may read it.
        prints: fingerprints of the keys.
        keys: the keys themselves, sealed; None leaves them out.

    Raises:
        BackupError: the file is there already, or cannot be written.
        DatabaseError: the database cannot be reached, or has no tables.
    """
    revision = database.look_at_tables().revision
    if revision is None:
        raise BackupError("The database has no tables, so there is nothing to keep.")
    with _new_file(file) as target, tarfile.open(fileobj=target, mode="w:gz", compresslevel=_QUICK) as tar:
        with database.one_moment() as connection:
            moment = read_moment(connection)
            head = Head(FORMAT, __version__, revision, database.dialect, moment.isoformat(), prints)
            archive = _Archive(tar, moment.timestamp())
            archive.put(HEAD, _json(asdict(head)))
            tables = find_tables(connection)
            rows: dict[str, int] = {}
            named: set[str] = set()
            for table in tables:
                lines = _watch(read_lines(connection, table), table, rows, named)
                archive.put_lines(f"{TABLES}{table.name}.jsonl", lines)
        if isinstance(payloads, FolderStore):
            named |= set(payloads.list_keys())
        count, missing = _put_payloads(archive, database, payloads, tables, named)
        if keys is not None:
            archive.put(KEYS, _json(asdict(keys)))
        manifest = Manifest(head, to_counts(rows), count, tuple(missing), dict(archive.hashes))
        archive.put(MANIFEST, _json(asdict(manifest)))
    return manifest


def _watch(lines: Iterator[bytes], table: Table, rows: dict[str, int], named: set[str]) -> Iterator[bytes]:
    """Passes lines on, counts them, and notes the payloads that they name."""
    places = read_references(table)
    yield next(lines)
    rows[table.name] = 0
    for line in lines:
        rows[table.name] += 1
        if places:
            values = json.loads(line)
            named.update(values[place] for place in places if values[place] is not None)
        yield line


def _put_payloads(
    archive: _Archive, database: Database, payloads: PayloadStore, tables: list[Table], named: set[str]
) -> tuple[int, list[str]]:
    """Adds payloads; how many, and which are named but not there. What was swept meanwhile is named by nobody."""
    count, missing = 0, []
    for key in sorted(named):
        try:
            content = payloads.get(key)
        except PayloadError:
            with database.one_moment() as connection:
                if still_names(connection, tables, key):
                    missing.append(key)
            continue
        archive.put(f"{PAYLOADS}{key}", content)
        count += 1
    return count, missing


@contextmanager
def _new_file(file: Path) -> Iterator[io.BufferedWriter]:
    """A file that is whole and synced at its end, or not there; mode 0600.

    Raises:
        BackupError: it is there already, or cannot be written.
    """
    part = file.with_name(f".{file.name}.part")
    try:
        if file.exists():
            raise BackupError(f"{file} is there already; a backup never overwrites another.")
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as target:
            yield target
            target.flush()
            os.fsync(target.fileno())
        part.rename(file)
    except OSError as problem:
        raise BackupError(f"{file} cannot be written: {(problem.strerror or str(problem)).lower()}.") from problem
    finally:
        with suppress(OSError):  # a folder that takes nothing lets nothing go either
            part.unlink(missing_ok=True)


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=False).encode() + b"\n"
