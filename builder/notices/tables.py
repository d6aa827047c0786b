"""The rows of notices. A Notice holds a kind and small facts, from which its sentence is made; never a payload."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table, Text, text

from builder.db import Json, Moment, metadata

Id = BigInteger().with_variant(Integer(), "sqlite")
_UNREAD = text("read_at IS NULL AND shown")
_DUE = text("state IN ('waiting', 'sending')")

notice_table = Table(
    "notice",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("person_id", BigInteger, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("topic", String(120), nullable=False),
    Column("params", Json, nullable=False),
    Column("link", String(300), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("at", Moment, nullable=False),
    Column("read_at", Moment),
    Column("shown", Boolean, nullable=False),
    Index("notice_person", "person_id", "id"),
    Index("notice_unread", "person_id", postgresql_where=_UNREAD, sqlite_where=_UNREAD),
    Index("notice_topic", "topic", "person_id"),
)

setting_table = Table(
    "notice_setting",
    metadata,
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(40), primary_key=True),
    Column("in_product", Boolean, nullable=False),
    Column("by_email", Boolean, nullable=False),
)

letter_table = Table(
    "letter",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("person_id", BigInteger),
    Column("notice_id", BigInteger),
    Column("sealed", LargeBinary),
    Column("state", String(10), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("problem", Text, nullable=False),
    Index("letter_due", "due_at", postgresql_where=_DUE, sqlite_where=_DUE),
)
