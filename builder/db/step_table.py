"""The steps that the tables have gone through, kept beside them: programs of several versions read it."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from builder.db.columns import Moment, metadata

schema_step_table = Table(
    "schema_step",
    metadata,
    Column("revision", String(8), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("safe_from", String(8)),
    Column("applied_at", Moment, nullable=False),
)
