"""A short storm on each back end: kills, a process told to leave, one that stands still, and a flushed broker.

`benchmarks/faults.py` is the long one. Here only what is right is judged, and times with room for a loaded machine.
"""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select

from builder.db import open_database
from tests.contracts.chaos.storm import Faults, Storm
from tests.contracts.chaos.verdict import Verdict
from tests.servers import PostgresServer, RedisServer

pytestmark = pytest.mark.storms

LOADED = 3.0
"""How much longer than promised a pause may be on a machine that does other things."""


def judge(verdict: Verdict, storm: Storm) -> None:
    assert verdict.wrong == [], f"see {storm.log}"
    assert (verdict.lost, verdict.doubled) == (0, 0)
    assert verdict.runs > 10
    for fault, pauses in verdict.pauses.items():
        assert max(pauses) <= 12 * LOADED, f"{fault}: {pauses}"


def test_a_short_storm_in_one_process(tmp_path: Path) -> None:
    with Storm(tmp_path, f"sqlite:///{tmp_path}/handrail.db", None, 11) as storm:
        judge(storm.rage(Faults(4, ends=1, unseen=0)), storm)


@pytest.mark.servers
def test_a_short_storm_between_processes(tmp_path: Path, postgres: PostgresServer, redis: RedisServer) -> None:
    address = postgres.create_database("short_storm")
    with Storm(tmp_path, address, redis, 12, workers=3) as storm:
        verdict = storm.rage(Faults(3, ends=2, stops=1, flushes=1, unseen=4))
        judge(verdict, storm)
        assert storm.met["flushed"] == 1
        assert max(verdict.pauses["flushed"]) <= 2 * LOADED


@pytest.mark.servers
def test_a_transaction_that_stands_still_gives_its_locks_back(postgres: PostgresServer) -> None:
    """A stopped process in the middle of a transaction must not keep others from taking over what it held."""
    database = open_database(postgres.create_database("standing_still"))
    database.upgrade()
    stopped, other = database.open_connection().driver, database.open_connection().driver
    insert = "INSERT INTO worker VALUES ('w', 'here', 1, 0, 0, 'live')"
    other.execute(insert)
    other.commit()
    stopped.execute("UPDATE worker SET pid = 2")
    assert other.execute("UPDATE worker SET pid = 3 RETURNING pid").fetchone() == (3,), "it waited until that gave up"
    other.commit()
    for connection in (stopped, other):
        connection.close()
    database.close()


@pytest.mark.servers
def test_a_connection_that_was_lost_while_it_lay_is_replaced(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builder.db.database.TRUSTED_SECONDS", 0.0)
    database = open_database(postgres.create_database("lost"))
    with database.read() as session:
        lost = session.scalar(select(func.pg_backend_pid()))
    with psycopg.connect(postgres.plain_url("lost"), autocommit=True) as other:
        assert other.execute("SELECT pg_terminate_backend(%s, 60000)", (lost,)).fetchone() == (True,)
    with database.read() as session:
        assert session.scalar(select(func.pg_backend_pid())) != lost
    database.close()
