"""Restoring a backup into an empty installation: all of it in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from sqlalchemy import Connection

from builder.backups.schemas import PAYLOADS, TABLES, BackupError, Manifest
from builder.backups.store import count_rows, find_table, find_tables, insert_lines, is_empty
from builder.backups.verify import verify_backup, walk_backup
from builder.db import Database, newest_revision, read_steps
from builder.payloads import PayloadStore


def restore_backup(database: Database, payloads: PayloadStore, file: Path) -> Manifest:
    """Puts everything back, on whichever database this installation has; then the tables are brought up to date.

    The backup is read whole and checked before anything is changed. Payloads come first, as they do when runs store
    them; rows come in one transaction. Runs that had not ended go on as soon as a worker is there.

    Raises:
        BackupError: the backup does not hold, comes from a newer program, or there is something here already.
        DatabaseError: the database cannot be used.
    """
    manifest, _ = verify_backup(file)
    revision = manifest.head.revision
    if revision > newest_revision():
        raise BackupError(
            f"This backup was made at version {revision} of the tables; this program knows only {newest_revision()}.",
            way_out="Restore it with the version that made it, or a newer one.",
        )
    here = database.look_at_tables().revision
    if here is None:
        database.upgrade(to=revision)
    elif any(step.kind == "contract" and revision < step.revision <= here for step in read_steps()):
        raise BackupError(
            "The tables here have given up what this backup still holds.", way_out="Restore into an empty database."
        )
    with database.one_write() as connection:
        if not is_empty(connection, find_tables(connection)):
            raise BackupError(
                "There is something in this installation already, and a backup is never mixed with it.",
                way_out="Name an empty database in HANDRAIL_DATABASE_URL.",
            )
        _put_payloads_back(payloads, file)
        _put_rows_back(connection, file, manifest)
    database.upgrade()
    return manifest


def _put_payloads_back(payloads: PayloadStore, file: Path) -> None:
    def visit(name: str, content: IO[bytes]) -> None:
        if name.startswith(PAYLOADS):
            payloads.put(content.read())

    walk_backup(file, visit)


def _put_rows_back(connection: Connection, file: Path, manifest: Manifest) -> None:
    tables = find_tables(connection)

    def visit(name: str, content: IO[bytes]) -> None:
        if not name.startswith(TABLES):
            return
        table = find_table(tables, name.removeprefix(TABLES).removesuffix(".jsonl"))
        if table is None:
            raise BackupError(f"This program has no table for {name}.", way_out="Restore it with the one that made it.")
        insert_lines(connection, table, _lines(content))

    walk_backup(file, visit)
    for name, rows in manifest.rows.items():
        table = find_table(tables, name)
        found = 0 if table is None else count_rows(connection, table)
        if found != rows:
            raise BackupError(f"Of the table {name} {found} rows were restored, and the backup has {rows}.")


def _lines(content: IO[bytes]) -> Iterator[bytes]:
    yield from content
