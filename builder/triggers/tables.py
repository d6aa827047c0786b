"""The rows of triggers, and of what started once and must not start again."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text, UniqueConstraint

from builder.db import Json, Moment, metadata

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
