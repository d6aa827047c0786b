"""Programs of two versions side by side: what the older one writes still fits, and one at a time changes tables."""

from __future__ import annotations

import itertools
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Boolean,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    create_engine,
    insert,
    inspect,
    select,
    text,
)

import builder.db.migrate as migrate
import builder.db.steps as steps
from builder.cli.migrate import migrate as migrate_tables
from builder.cli.output import Ending
from builder.db import Database, newest_revision, open_database, read_steps
from builder.processes import Process, announce_process, forget_process, list_processes
from tests.backends import Backend
from tests.servers import PostgresServer

_numbers = itertools.count(1)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.servers)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without tables."""
    if request.param == "sqlite":
        database = open_database(str(tmp_path / "empty.db"))
        yield database
        database.close()
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"empty_{next(_numbers)}"
    database = open_database(server.create_database(name))
    yield database
    database.close()
    server.drop_database(name)


@pytest.fixture(scope="module")
def known_before(tmp_path_factory: pytest.TempPathFactory) -> list[MetaData]:
    """The tables as the last few versions of the program knew them, as far back as those can live with the newest."""
    engine = create_engine(f"sqlite:///{tmp_path_factory.mktemp('steps') / 'steps.db'}")
    floor = max((step.safe_from for step in read_steps() if step.safe_from), default="0001")
    found = []
    for step in read_steps()[-5:-1]:
        if step.revision >= floor:
            migrate.upgrade_tables(engine, to=step.revision)
            metadata = MetaData()
            metadata.reflect(engine)
            found.append(metadata)
    engine.dispose()
    return found


def a_row(table: Table, number: int) -> dict[str, Any]:
    """A row with everything that the older program must give, and nothing that it does not know."""
    values: dict[str, Any] = {}
    for column in table.columns:
        if column.nullable or column.server_default is not None:
            continue
        match column.type:
            case Boolean():
                values[column.name] = True
            case Float():
                values[column.name] = float(number)
            case Integer():
                values[column.name] = number
            case LargeBinary():
                values[column.name] = b"x"
            case _:
                values[column.name] = f"x{number}"[: getattr(column.type, "length", None) or 20]
    return values


def test_what_an_older_program_writes_fits_into_the_tables_of_a_newer_one(
    database: Database, known_before: list[MetaData]
) -> None:
    number = 1_000
    assert known_before
    with database.transaction() as session:
        for metadata in known_before:
            for table in metadata.sorted_tables:
                if table.name in ("alembic_version", "schema_step"):
                    continue
                number += 1
                session.execute(insert(table).values(a_row(table, number)))
                assert session.execute(select(table)).first() is not None


def test_several_that_migrate_at_once_make_the_tables_once(empty: Database) -> None:
    problems: list[BaseException] = []

    def go() -> None:
        try:
            empty.upgrade()
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=go) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert empty.look_at_tables().revision == newest_revision()
    with empty.read() as session:
        noted = session.execute(text("SELECT revision, kind FROM schema_step ORDER BY revision")).all()
    assert [tuple(row) for row in noted] == [(step.revision, step.kind) for step in read_steps()]


@pytest.mark.servers
def test_a_migration_waits_for_a_table_without_making_others_wait_for_long(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "_LOCK_MILLISECONDS", 200)
    name = f"busy_{next(_numbers)}"
    database = open_database(postgres.create_database(name))
    database.upgrade(to="0007")
    thread = threading.Thread(target=database.upgrade)
    with database.transaction() as session:
        session.execute(text("SELECT count(*) FROM run"))
        thread.start()
        time.sleep(0.5)  # longer than it waits: it must let go, and come again
        with database.read() as other:
            began = time.monotonic()
            other.execute(text("SELECT count(*) FROM run"))
            assert time.monotonic() - began < 2
    thread.join(20)
    assert database.look_at_tables().revision == newest_revision()
    database.close()
    postgres.drop_database(name)


def test_who_lives_is_known_to_the_others(database: Database) -> None:
    one = Process("a" * 32, "worker", "here", 1, "0.1.0", "0013", "x y")
    other = Process("b" * 32, "api", "there", 2, "0.1.0", "0012", "x y")
    for process in (one, other, one):
        with database.transaction() as session:
            announce_process(session, process)
    with database.transaction() as session:
        assert list(list_processes(session)) == [one, other]
        forget_process(session, one.id)
        session.execute(text("UPDATE process SET seen_at = seen_at - 60000"))
        assert list(list_processes(session)) == []
        session.execute(text("UPDATE process SET seen_at = seen_at - 90000000"))
        announce_process(session, one)
        assert session.scalar(text("SELECT count(*) FROM process")) == 1


CONTRACTING = '''"""Takes away what nobody uses any more."""
from alembic import op
revision = "{revision}"
down_revision = "{before}"
kind = "contract"
safe_from = "{before}"
def upgrade():
    op.drop_column("mcp_server", "problem")
'''


@pytest.fixture
def contracting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The program of tomorrow, whose last migration takes a column away; the newest migration of today."""
    today = newest_revision()
    shutil.copytree(steps.migrations_folder(), tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    narrow = f"{int(today) + 1:04}"
    text_of = CONTRACTING.format(revision=narrow, before=today)
    (tmp_path / "migrations" / "versions" / f"{narrow}_narrow.py").write_text(text_of, encoding="utf-8")
    read_steps.cache_clear()
    monkeypatch.setattr(steps, "_HERE", tmp_path / "builder" / "db" / "steps.py")
    yield today
    monkeypatch.undo()
    read_steps.cache_clear()


def test_nothing_is_taken_away_while_an_older_worker_lives(
    backend: Backend, database: Database, contracting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDRAIL_HOME", str(backend.folder))
    monkeypatch.setenv("HANDRAIL_DATABASE_URL", backend.address)
    before = f"{int(contracting) - 1:04}"
    old = Process("a" * 32, "worker", "one.example", 7, "0.0.9", before, "x y")
    new = Process("b" * 32, "api", "two.example", 8, "0.1.0", contracting, "x y")
    for process in (old, new):
        with database.transaction() as session:
            announce_process(session, process)

    def has_column() -> bool:
        with database.read() as session:
            return "problem" in {each["name"] for each in inspect(session.connection()).get_columns("mcp_server")}

    migrate_tables(contract=False)
    assert has_column(), "only asked for, it is taken away"
    with pytest.raises(Ending) as refused:
        migrate_tables(contract=True)
    assert refused.value.code == 1
    assert "1 older process(es) still run" in str(refused.value)
    assert "worker 7 on one.example (version 0.0.9). Stop them first." in str(refused.value)
    assert has_column()
    with database.transaction() as session:
        forget_process(session, old.id)
    migrate_tables(contract=True)
    assert not has_column()
    with database.read() as session:
        state = migrate.read_state(session.connection())
    assert migrate.judge_state(state, read_steps()[:-1]) is None, "today's program lives with it"
    left = migrate.judge_state(state, read_steps()[:-2])
    assert left is not None, "and the one before does not start any more"
