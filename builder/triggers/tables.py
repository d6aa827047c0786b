"""The rows of triggers, of when schedules are due, and of what started once and must not start again."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from builder.db import Json, Moment, metadata

FULL_DELIVERY = "emptied_at IS NULL"
"""That a delivery may still hold what arrived, in the words of its index."""

trigger_table = Table(
    "trigger",
    metadata,
    Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False),
    Column("workflow_id", BigInteger, nullable=False),
    Column("team_id", BigInteger, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("name", String(200), nullable=False),
    Column("is_on", Boolean, nullable=False),
    Column("switched_by", String(40), nullable=False),
    Column("switched_at", Moment, nullable=False),
    Column("paused_code", String(40)),
    Column("paused_sentence", Text),
    Column("pinned", Integer),
    Column("owner_id", BigInteger, nullable=False),
    Column("settings", Json, nullable=False),
    Column("inputs", Json),
    Column("revision", Integer, nullable=False),
    Column("made_by", String(40), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("changed_by", String(40), nullable=False),
    Column("changed_at", Moment, nullable=False),
    UniqueConstraint("workflow_id", "name"),
)

trigger_key_table = Table(
    "trigger_key",
    metadata,
    Column("trigger_id", BigInteger, primary_key=True, autoincrement=False),
    Column("key", String(255), primary_key=True),
    Column("body_hash", String(64), nullable=False),
    Column("run_id", BigInteger),
    Column("at", Moment, nullable=False),
    Index("trigger_key_at", "at"),
)

schedule_table = Table(
    "schedule",
    metadata,
    Column("trigger_id", BigInteger, primary_key=True, autoincrement=False),
    Column("next_due", Moment),
    Column("spans", Json, nullable=False),
    Column("hold_until", Moment),
    Index(
        "schedule_due",
        "next_due",
        postgresql_where=text("next_due IS NOT NULL"),
        sqlite_where=text("next_due IS NOT NULL"),
    ),
    postgresql_with={"fillfactor": "70"},
)

fire_table = Table(
    "fire",
    metadata,
    Column("trigger_id", BigInteger, primary_key=True, autoincrement=False),
    Column("due", Moment, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("outcome", String(10), nullable=False),
    Column("code", String(40)),
    Column("sentence", Text),
    Column("run_id", BigInteger),
    Column("late", Boolean, nullable=False),
    Column("count", Integer, nullable=False),
    Column("until", Moment),
    Index("fire_waiting", "trigger_id", "due", postgresql_where=text("outcome = 'waiting'"),
          sqlite_where=text("outcome = 'waiting'")),
    Index("fire_at", "at"),
)  # fmt: skip

hook_table = Table(
    "hook",
    metadata,
    Column("trigger_id", BigInteger, primary_key=True, autoincrement=False),
    Column("key_hash", String(64), nullable=False),
    Column("key_sealed", LargeBinary, nullable=False),
    Column("unsigned_by", String(40)),
    Column("unsigned_at", Moment),
    Column("listens_since", Moment),
    UniqueConstraint("key_hash"),
)

hook_secret_table = Table(
    "hook_secret",
    metadata,
    Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False),
    Column("trigger_id", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("ending", String(8), nullable=False),
    Column("made_by", String(40), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("ends_at", Moment),
    Index("hook_secret_trigger", "trigger_id"),
)

delivery_table = Table(
    "delivery",
    metadata,
    Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False),
    Column("trigger_id", BigInteger, nullable=False),
    Column("team_id", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),
    Column("state", String(10), nullable=False),
    Column("reason", String(40), nullable=False, server_default=""),
    Column("sentence", Text, nullable=False, server_default=""),
    Column("key", String(255), nullable=False, server_default=""),
    Column("run_id", BigInteger),
    Column("replay_of", BigInteger),
    Column("size", Integer, nullable=False),
    Column("more", Integer, nullable=False, server_default="0"),
    Column("emptied_at", Moment),
    Column("sealed", LargeBinary),
    Index("delivery_trigger", "trigger_id", "id"),
    Index("delivery_full", "at", postgresql_where=text(FULL_DELIVERY), sqlite_where=text(FULL_DELIVERY)),
)
