"""The rows of the audit. Events are inserted; chaining fills `position` and `link`, once; nothing else is updated."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, text

from builder.db import Json, Moment, metadata

_UNCHAINED = text("position IS NULL")

audit_event_table = Table(
    "audit_event",
    metadata,
    Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False),
    Column("organisation", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("actor", String(200), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("record", Json, nullable=False),
    Column("position", BigInteger),
    Column("link", String(64)),
    Index("audit_event_place", "organisation", "position", unique=True),
    Index("audit_event_kind", "organisation", "kind", "id"),
    Index("audit_event_unchained", "organisation", "id", postgresql_where=_UNCHAINED, sqlite_where=_UNCHAINED),
)

audit_chain_table = Table(
    "audit_chain",
    metadata,
    Column("organisation", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("link", String(64), nullable=False),
    Column("frontier", Json, nullable=False),
)

audit_head_table = Table(
    "audit_head",
    metadata,
    Column("organisation", String(64), primary_key=True),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("signed_at", Moment, nullable=False),
    Column("note", Text, nullable=False),
)
