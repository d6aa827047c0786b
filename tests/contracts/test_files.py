"""Files on both databases: the same made once, seen by the runs that read them, gone with the last of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from builder.db import Database, read_clock
from builder.files.schemas import FileFacts
from builder.files.store import (
    copy_files,
    delete_unused,
    find_kept,
    insert_file,
    insert_made,
    link_files,
    lock_files,
    read_file_of,
    read_files_of,
    read_runs_of,
    unlink_runs,
    weigh_waiting,
)
from builder.kit.ids import new_id

KEY = "ab" * 32


def facts(database: Database, *, run: int | None = None, by: str | None = None, key: str = KEY) -> FileFacts:
    with database.transaction() as session:
        now = read_clock(session)
    made = {"made_by": by, "run_id": run, "path": None if run is None else "write"}
    return FileFacts(id=new_id(1), team_id=7, name="a.csv", media_type="text/csv", size=3, key=key, made_at=now, **made)


def test_a_step_that_is_tried_by_many_at_once_makes_one_file(database: Database) -> None:
    wanted = [facts(database, run=1) for _ in range(8)]

    def keep(row: FileFacts) -> int:
        with database.transaction() as session:
            return insert_made(session, row).id

    with ThreadPoolExecutor(8) as pool:
        kept = set(pool.map(keep, wanted))
    assert len(kept) == 1
    assert keep(facts(database, run=2)) not in kept


def test_a_file_is_read_by_its_runs_and_goes_with_the_last(database: Database) -> None:
    uploaded, unused = facts(database, by="1"), facts(database, by="1", key="cd" * 32)
    with database.transaction() as session:
        for row in (uploaded, unused):
            insert_file(session, row)
        assert weigh_waiting(session, "1") == 6
        assert lock_files(session, [uploaded.id]) == {uploaded.id: uploaded}
        link_files(session, 1, [uploaded.id])
        link_files(session, 1, [uploaded.id])  # twice does no harm
        copy_files(session, 1, 2)
        assert weigh_waiting(session, "1") == 3
        assert read_file_of(session, uploaded.id, 2) == uploaded
        assert read_file_of(session, uploaded.id, 3) is None
        assert read_files_of(session, 1) == [uploaded]
        assert read_runs_of(session, [uploaded.id, unused.id]) == {uploaded.id: frozenset({1, 2})}
        later = uploaded.made_at + timedelta(seconds=1)
        assert delete_unused(session, uploaded.made_at - timedelta(days=1), 10) == 0
        assert delete_unused(session, later, 10) == 1
        assert find_kept(session, [KEY, "cd" * 32]) == frozenset({KEY})
        unlink_runs(session, [1])
        assert delete_unused(session, later, 10) == 0
        unlink_runs(session, [2])
        assert delete_unused(session, later, 10) == 1
        assert find_kept(session, [KEY]) == frozenset()
