"""The rows of workflows. A Draft is one row that changes; its revisions and the Versions are inserted and stay."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, UniqueConstraint

from builder.db import Json, Moment, metadata

workflow_table = Table(
    "workflow",
    metadata,
    Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False),
    Column("team_id", BigInteger, nullable=False),
    Column("key", String(80), nullable=False),
    Column("name", String(200), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("owner_id", BigInteger),
    Column("deputy_id", BigInteger),
    Column("stage", String(12), nullable=False),
    Column("risk", String(8)),
    Column("live", Integer),
    Column("origin", Json),
    Column("made_by", String(40), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("archived_at", Moment),
    UniqueConstraint("team_id", "key"),
    Index("workflow_name", "name", "id"),
)

draft_table = Table(
    "draft",
    metadata,
    Column("workflow_id", BigInteger, primary_key=True, autoincrement=False),
    Column("revision", Integer, nullable=False),
    Column("source", Json, nullable=False),
    Column("saved_by", String(40), nullable=False),
    Column("saved_at", Moment, nullable=False),
)

draft_revision_table = Table(
    "draft_revision",
    metadata,
    Column("workflow_id", BigInteger, primary_key=True, autoincrement=False),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("source", Json, nullable=False),
    Column("saved_by", String(40), nullable=False),
    Column("saved_at", Moment, nullable=False),
    Column("note", Text, nullable=False),
)

draft_author_table = Table(
    "draft_author",
    metadata,
    Column("workflow_id", BigInteger, primary_key=True, autoincrement=False),
    Column("person", String(40), primary_key=True),
    Column("last_revision", Integer, nullable=False),
)

version_table = Table(
    "version",
    metadata,
    Column("workflow_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("revision", Integer, nullable=False),
    Column("woven", Json, nullable=False),
    Column("woven_hash", String(64), nullable=False),
    Column("source_hash", String(64), nullable=False),
    Column("rules_hash", String(64), nullable=False),
    Column("state", String(10), nullable=False),
    Column("stage", String(12), nullable=False),
    Column("risk", String(8), nullable=False),
    Column("authors", Json, nullable=False),
    Column("note", Text, nullable=False),
    Column("made_by", String(40), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("live_by", String(40)),
    Column("live_at", Moment),
)

pin_table = Table(
    "pin",
    metadata,
    Column("workflow_id", BigInteger, primary_key=True, autoincrement=False),
    Column("node", String(650), primary_key=True),
    Column("output", Json, nullable=False),
    Column("pinned_by", String(40), nullable=False),
    Column("pinned_at", Moment, nullable=False),
    Index("pin_age", "pinned_at"),
)
