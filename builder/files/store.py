"""Every query of files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, func, insert, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from builder.files.schemas import FileFacts
from builder.files.tables import file_run_table, file_table

file, link = file_table.c, file_run_table.c


def insert_file(session: Session, row: FileFacts) -> None:
    """Keeps a file."""
    session.execute(insert(file_table).values(**asdict(row)))


def insert_made(session: Session, row: FileFacts) -> FileFacts:
    """Keeps a file that a step made; the one that is there already, if it made the same before."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(file_table).values(**asdict(row)).on_conflict_do_nothing().returning(file.id)
    if session.execute(statement).first() is None:
        same = (file.run_id == row.run_id, file.path == row.path, file.key == row.key)
        return FileFacts(*session.execute(select(file_table).where(*same)).one())
    return row


def read_files(session: Session, ids: Collection[int]) -> dict[int, FileFacts]:
    """Some files, by id."""
    if not ids:
        return {}
    found = session.execute(select(file_table).where(file.id.in_(sorted(ids))))
    return {row[0]: FileFacts(*row) for row in found}


def lock_files(session: Session, ids: Collection[int]) -> dict[int, FileFacts]:
    """Some files, by id, which nobody takes away until this transaction ends."""
    if not ids:
        return {}
    query = select(file_table).where(file.id.in_(sorted(ids))).order_by(file.id).with_for_update(read=True)
    return {row[0]: FileFacts(*row) for row in session.execute(query)}


def read_file_of(session: Session, file_id: int, run_id: int) -> FileFacts | None:
    """A file, if this run was given it or made it."""
    query = select(file_table).join(file_run_table, link.file_id == file.id)
    found = session.execute(query.where(file.id == file_id, link.run_id == run_id)).first()
    return None if found is None else FileFacts(*found)


def read_files_of(session: Session, run_id: int, limit: int = 500) -> list[FileFacts]:
    """The files that a run was given and made, the oldest first."""
    query = select(file_table).join(file_run_table, link.file_id == file.id).where(link.run_id == run_id)
    return [FileFacts(*row) for row in session.execute(query.order_by(file.id).limit(limit))]


def read_runs_of(session: Session, ids: Collection[int]) -> Mapping[int, frozenset[int]]:
    """For each file, the runs that were given it or made it."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    query = select(link.file_id, link.run_id).where(link.file_id.in_(sorted(ids)))
    for file_id, run_id in session.execute(query) if ids else ():
        found[file_id].add(run_id)
    return {file_id: frozenset(runs) for file_id, runs in found.items()}


def link_files(session: Session, run_id: int, ids: Collection[int]) -> None:
    """Lets a run read some files."""
    if ids:
        dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
        rows = [{"file_id": each, "run_id": run_id} for each in sorted(ids)]
        session.execute(dialect.insert(file_run_table).values(rows).on_conflict_do_nothing())


def copy_files(session: Session, from_run: int, to_run: int) -> None:
    """Lets a run read what an earlier one, which it goes on from, was given and made."""
    rows = select(link.file_id, literal(to_run)).where(link.run_id == from_run)
    session.execute(insert(file_run_table).from_select(["file_id", "run_id"], rows))


def unlink_runs(session: Session, run_ids: Collection[int]) -> None:
    """Some runs are emptied, and read no file any more."""
    session.execute(delete(file_run_table).where(link.run_id.in_(sorted(run_ids))))


def weigh_waiting(session: Session, person: str) -> int:
    """Bytes of what somebody uploaded and no run was given yet."""
    used = select(literal(1)).where(link.file_id == file.id).exists()
    query = select(func.coalesce(func.sum(file.size), 0)).where(file.made_by == person, ~used)
    return int(session.scalar(query) or 0)


def delete_unused(session: Session, before: datetime, limit: int) -> int:
    """Deletes files that are older than a moment and that no run reads; how many. Those locked by others are left."""
    used = select(literal(1)).where(link.file_id == file.id).exists()
    query = select(file.id).where(file.made_at < before, ~used).order_by(file.made_at).limit(limit)
    ids = list(session.scalars(query.with_for_update(skip_locked=True)))
    if not ids:
        return 0
    gone = delete(file_table).where(file.id.in_(ids), ~used)  # asked again: the locks show what was linked meanwhile
    return len(session.execute(gone.returning(file.id)).all())


def find_kept(session: Session, keys: Collection[str]) -> frozenset[str]:
    """Those payload keys that are the content of a file."""
    return frozenset(session.scalars(select(file.key).where(file.key.in_(sorted(keys)))))
