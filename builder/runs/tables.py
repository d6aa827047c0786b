"""The rows of runs. Times are the database's clock; ids sort by time.

`step` is the record: insert-only, one row a write, folded in the order of `seq` it gives the state back.
`signal` holds what a run was told from outside and has not taken in yet.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

from builder.db import Json, Moment, metadata

Id = BigInteger().with_variant(Integer(), "sqlite")

OPEN = "status IN ('queued', 'ready', 'running', 'waiting', 'quarantined')"
"""That a run has not ended, in the very words of the index that finds such runs."""

FULL = "ended_at IS NOT NULL AND emptied_at IS NULL"
"""That a run has ended and still holds what went through it, in the words of its index."""


def _index_of(name: str, column: str) -> Index:
    """Finds the rows in which a column says something."""
    there = text(f"{column} IS NOT NULL")
    return Index(name, column, postgresql_where=there, sqlite_where=there)


plan_table = Table(
    "plan",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("document", Json, nullable=False),
    Column("made_at", Moment, nullable=False),
)

worker_table = Table(
    "worker",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("place", String(200), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("lease_until", Moment, nullable=False),
    Column("state", String(10), nullable=False),
    postgresql_with={"fillfactor": "60"},
)

run_table = Table(
    "run",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("plan_hash", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    Column("mode", String(10), nullable=False),
    Column("stage", String(12), nullable=False),
    Column("team", String(200), nullable=False, server_default=""),
    Column("team_id", BigInteger),
    Column("workflow_id", BigInteger),
    Column("version", Integer),
    Column("starter", String(200), nullable=False),
    Column("trigger_id", BigInteger),
    Column("trigger_kind", String(10)),
    Column("trigger_name", String(200)),
    Column("status", String(12), nullable=False),
    Column("why", Text, nullable=False, server_default=""),
    Column("owner", String(40)),
    Column("epoch", Integer, nullable=False, server_default="0"),
    Column("told", Integer, nullable=False, server_default="0"),
    Column("cancel_by", String(200)),
    Column("cancel_at", Moment),
    Column("halt_id", BigInteger),
    Column("ready_at", Moment),
    Column("ring_at", Moment),
    Column("rings", Integer, nullable=False, server_default="0"),
    Column("wake_at", Moment),
    Column("deaths", Integer, nullable=False, server_default="0"),
    Column("done_at_death", Integer, nullable=False, server_default="-1"),
    Column("input", Text),
    Column("input_ref", String(64)),
    Column("result", Text),
    Column("result_ref", String(64)),
    Column("given", Text),
    Column("forked_from", BigInteger),
    Column("forked_at", Text),
    Column("made_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("ended_at", Moment),
    Column("cost", Float, nullable=False, server_default="0"),
    Column("emptied_at", Moment),
    Index("run_ready", "ring_at", postgresql_where=text("status = 'ready'"), sqlite_where=text("status = 'ready'")),
    Index(
        "run_waking",
        "wake_at",
        postgresql_where=text("status = 'waiting' AND wake_at IS NOT NULL"),
        sqlite_where=text("status = 'waiting' AND wake_at IS NOT NULL"),
    ),
    Index("run_owner", "owner", postgresql_where=text("status = 'running'"), sqlite_where=text("status = 'running'")),
    Index("run_name", "name", "id"),
    Index("run_team", "team_id", "id", "status", "mode"),
    Index("run_workflow", "workflow_id", "id", "status", "mode"),
    Index(
        "run_trigger",
        "trigger_id",
        "id",
        "status",
        postgresql_where=text("trigger_id IS NOT NULL"),
        sqlite_where=text("trigger_id IS NOT NULL"),
    ),
    Index("run_open", "id", "status", "team_id", "workflow_id", postgresql_where=text(OPEN), sqlite_where=text(OPEN)),
    _index_of("run_input_ref", "input_ref"),
    _index_of("run_result_ref", "result_ref"),
    _index_of("run_halted", "halt_id"),
    Index("run_full", "mode", "ended_at", postgresql_where=text(FULL), sqlite_where=text(FULL)),
    postgresql_with={"fillfactor": "60", "autovacuum_vacuum_scale_factor": "0.02"},
)

step_table = Table(
    "step",
    metadata,
    Column("run_id", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("epoch", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("kind", String(5), nullable=False),
    Column("path", Text, nullable=False),
    Column("status", String(12), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("record", Text, nullable=False),
    Column("output", Text),
    Column("output_ref", String(64)),
    Column("secret", LargeBinary),
    Index(
        "step_output_ref",
        "output_ref",
        postgresql_where=text("output_ref IS NOT NULL"),
        sqlite_where=text("output_ref IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)

wait_table = Table(
    "wait",
    metadata,
    Column("token", Id, primary_key=True, autoincrement=False),
    Column("run_id", BigInteger, nullable=False),
    Column("path", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("question", Json),
    Column("open", Boolean, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("closed_by", String(200)),
    Index("wait_open", "run_id", "path", unique=True, postgresql_where=text("open"), sqlite_where=text("open")),
    postgresql_with={"fillfactor": "70"},
)

run_look_table = Table(
    "run_look",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("run_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Index("run_look_run", "run_id", "id"),
    Index("run_look_person", "person_id", "until"),
)
"""Who looked inside a run that was not for him to read, why, and until when. Kept when the run is emptied."""

signal_table = Table(
    "signal",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("run_id", BigInteger, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("path", Text, nullable=False, server_default=""),
    Column("body", Json),
    Column("sent_at", Moment, nullable=False),
    Column("taken_at", Moment),
    Index("signal_new", "run_id", postgresql_where=text("taken_at IS NULL"), sqlite_where=text("taken_at IS NULL")),
)
