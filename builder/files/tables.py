"""The rows of files, and which runs each was given to or made by. Times are the database's clock."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, text

from builder.db import Moment, metadata

_Id = BigInteger().with_variant(Integer(), "sqlite")

MADE = "run_id IS NOT NULL"
"""That a step made it, in the words of its index."""

file_table = Table(
    "file",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=False),
    Column("team_id", BigInteger),
    Column("name", String(200), nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("key", String(64), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", String(200)),
    Column("run_id", BigInteger),
    Column("path", Text),
    Index("file_key", "key"),
    Index("file_made_at", "made_at"),
    Index("file_made_by", "made_by", "made_at"),
    Index("file_once", "run_id", "path", "key", unique=True, postgresql_where=text(MADE), sqlite_where=text(MADE)),
)

file_run_table = Table(
    "file_run",
    metadata,
    Column("file_id", BigInteger, primary_key=True, autoincrement=False),
    Column("run_id", BigInteger, primary_key=True, autoincrement=False),
    Index("file_run_run", "run_id"),
)
