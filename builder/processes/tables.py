"""The rows of processes."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table

from builder.db import Moment, metadata

process_table = Table(
    "process",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("place", String(200), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("version", String(32), nullable=False),
    Column("knows", String(8), nullable=False),
    Column("keys", String(64), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    postgresql_with={"fillfactor": "60"},
)
