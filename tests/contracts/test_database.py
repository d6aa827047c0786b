"""What every room may rely on, on both back ends."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select

import builder.runs.tables as tables
from builder.db import Database, metadata, read_clock, ring_after
from builder.db.database import driver_of
from builder.kit.clock import SYSTEM_CLOCK


def _worker(name: str, now: datetime) -> dict[str, object]:
    return {"id": name, "place": "here", "pid": 1, "started_at": now, "lease_until": now, "state": "live"}


def test_migrations_make_what_the_tables_say(database: Database) -> None:
    for file in (Path(tables.__file__).resolve().parents[1]).glob("*/tables.py"):
        import_module(f"builder.{file.parent.name}.tables")  # of every room
    with database.transaction() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        differences = [each for each in compare_metadata(context, metadata) if "alembic_version" not in str(each)]
    assert differences == []


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    database.upgrade()
    database.upgrade()


def test_moments_come_back_as_they_went(database: Database) -> None:
    moment = datetime(2026, 3, 29, 1, 30, 0, 123_000, tzinfo=UTC)
    with database.transaction() as session:
        session.execute(insert(tables.worker_table).values(**_worker("w", moment)))
    with database.read() as session:
        assert session.scalars(select(tables.worker_table.c.lease_until)).one() == moment


def test_the_database_has_a_clock(database: Database) -> None:
    with database.read() as session:
        assert abs(read_clock(session) - SYSTEM_CLOCK.now()) < timedelta(seconds=5)


def test_rings_leave_after_the_commit_and_only_then(database: Database) -> None:
    rung: list[tuple[int, int]] = []

    def ring(run_id: int) -> None:
        with database.read() as session:
            rung.append((run_id, len(session.execute(select(tables.worker_table)).all())))

    database.on_ring(ring)
    now = SYSTEM_CLOCK.now()
    with database.transaction() as session:
        session.execute(insert(tables.worker_table).values(**_worker("a", now)))
        ring_after(session, 7)
        ring_after(session, 7)
        assert rung == []
    assert rung == [(7, 1)]

    def give_up() -> None:
        with database.transaction() as session:
            session.execute(insert(tables.worker_table).values(**_worker("b", now)))
            ring_after(session, 8)
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        give_up()
    assert rung == [(7, 1)]
    with database.read() as session:
        assert session.scalars(select(tables.worker_table.c.id)).all() == ["a"]


def test_many_writers_wait_for_each_other(database: Database) -> None:
    now = SYSTEM_CLOCK.now()
    failures: list[BaseException] = []

    def write(thread: int) -> None:
        try:
            for number in range(10):
                with database.transaction() as session:
                    count = len(session.execute(select(tables.worker_table.c.id)).all())
                    assert count >= number
                    session.execute(insert(tables.worker_table).values(**_worker(f"{thread}-{number}", now)))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.read() as session:
        assert len(session.execute(select(tables.worker_table.c.id)).all()) == 60


def test_what_is_still_read_when_a_database_closes_is_closed_afterwards(database: Database) -> None:
    with database.read() as session:
        session.execute(select(1))
        late = driver_of(session)
        database.close()
        assert session.scalar(select(2)) == 2, "whoever was at work ends it"
    with pytest.raises(late_error(database), match="closed"):
        late.execute("SELECT 3")


def late_error(database: Database) -> type[Exception]:
    """What the driver raises for a connection that was closed."""
    return sqlite3.ProgrammingError if database.dialect == "sqlite" else psycopg.OperationalError
