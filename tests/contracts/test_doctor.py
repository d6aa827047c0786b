"""What a doctor finds in an installation of several processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from builder.db import open_database
from builder.doctor import Sign, State, examine
from builder.processes import Process, announce_process
from builder.settings import read_settings
from builder.wiring import open_application
from tests.servers import PostgresServer, RedisServer
from tests.spares import Spares

pytestmark = pytest.mark.servers


@pytest.fixture
def environment(
    postgres: PostgresServer, spares: Spares, redis: RedisServer, tmp_path: Path
) -> Iterator[dict[str, str]]:
    name = spares.take()
    yield {
        "HANDRAIL_HOME": str(tmp_path),
        "HANDRAIL_DATABASE_URL": postgres.url(name),
        "HANDRAIL_BROKER_URL": redis.url,
        "HANDRAIL_VAULT_KEY": "ab" * 32,
        "HANDRAIL_AUDIT_KEY": "cd" * 32,
    }
    spares.give_back(name)


def signs(environment: dict[str, str], name: str) -> list[Sign]:
    return [sign for sign in examine(environment) if sign.name == name]


def test_all_is_well_but_for_a_worker(environment: dict[str, str]) -> None:
    found = list(examine(environment))
    assert [sign for sign in found if sign.state is State.FAIL] == []
    (processes,) = [sign for sign in found if sign.name == "processes"]
    assert processes.sentence == "No worker lives, so nothing is executed."
    (broker,) = [sign for sign in found if sign.name == "broker"]
    assert broker.state is State.OK
    (database,) = [sign for sign in found if sign.name == "database"]
    assert database.sentence.startswith("PostgreSQL 1")


def test_processes_with_other_keys_and_versions_are_named(environment: dict[str, str]) -> None:
    with open_application(read_settings(environment), "api") as application:
        prints = " ".join(application.keys.prints)
        with application.transaction() as session:
            announce_process(session, Process("a" * 32, "worker", "here/1", 7, "0.1.0", "0013", prints))
        (line,) = signs(environment, "processes")
        assert line.sentence == "There live: 1 worker; all with the same keys."
        with application.transaction() as session:
            announce_process(session, Process("b" * 32, "api", "there/1", 8, "0.2.0", "0013", "other keys"))
    (other,) = [sign for sign in signs(environment, "keys") if sign.state is State.FAIL]
    assert other.sentence == "1 of 2 processes have other keys than this one: api 8 on there."
    assert signs(environment, "processes")[0].sentence == "Several versions stand side by side: 0.1.0, 0.2.0."


def test_a_database_that_forgets_is_bad(environment: dict[str, str]) -> None:
    database = open_database(environment["HANDRAIL_DATABASE_URL"])
    with database.transaction() as session:
        name = session.scalar(text("SELECT current_database()"))
        session.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
    database.close()
    (line,) = [sign for sign in signs(environment, "database") if sign.state is State.FAIL]
    assert line.sentence.startswith("synchronous_commit is switched off")


def test_tables_that_are_old_name_the_command(environment: dict[str, str]) -> None:
    database = open_database(environment["HANDRAIL_DATABASE_URL"])
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0012'"))
    (line,) = signs(environment, "tables")
    assert (line.state, line.way_out) == (State.FAIL, "Run `handrail migrate` first.")
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert signs(environment, "tables")[0].state is State.WARN
    database.close()


def test_a_broker_that_drops_what_it_holds(environment: dict[str, str], redis: RedisServer) -> None:
    redis.ask("CONFIG", "SET", "maxmemory", "100mb")
    redis.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    try:
        (line,) = signs(environment, "broker")
        assert line.state is State.WARN
        assert "allkeys-lru" in line.sentence
    finally:
        redis.ask("CONFIG", "SET", "maxmemory", "0")
        redis.ask("CONFIG", "SET", "maxmemory-policy", "noeviction")
