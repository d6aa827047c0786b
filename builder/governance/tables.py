"""The rows of governance. A template's versions are inserted; of one only its state changes."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, UniqueConstraint

from builder.db import Json, Moment, metadata

Id = BigInteger().with_variant(Integer(), "sqlite")

governance_template_table = Table(
    "governance_template",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("name", String(200), nullable=False),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("name"),
)

governance_version_table = Table(
    "governance_version",
    metadata,
    Column("template_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("state", String(10), nullable=False),
    Column("source", Json, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("files", Json, nullable=False),
    Column("note", Text, nullable=False),
    Column("made_by", String(40), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("approved_by", String(40)),
    Column("approved_at", Moment),
    Column("enforced_by", String(40)),
    Column("enforced_from", String(10)),
    Column("retired_by", String(40)),
    Column("retired_at", Moment),
    Index("governance_version_state", "state"),
)
