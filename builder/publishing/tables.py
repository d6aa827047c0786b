"""The rows of publishing: who asked for what to go live, and what became of it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, text

from builder.db import Moment, metadata

_WAITING = text("state = 'waiting'")

publish_request_table = Table(
    "publish_request",
    metadata,
    Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False),
    Column("workflow_id", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("asked_by", String(40), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("state", String(12), nullable=False),
    Column("decided_by", String(40)),
    Column("decided_at", Moment),
    Column("reason", Text, nullable=False),
    Index("publish_request_waiting", "workflow_id", unique=True, postgresql_where=_WAITING, sqlite_where=_WAITING),
)
