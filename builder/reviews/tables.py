"""The rows of reviews. A Review's id is the token of the run's wait; a person has at most one Decision in a Review."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text, text

from builder.db import Json, Moment, metadata

_WAITING = text("state IN ('open', 'claimed')")
_DUE = text("state IN ('open', 'claimed') AND due_at IS NOT NULL AND NOT escalated")

review_table = Table(
    "review",
    metadata,
    Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False),
    Column("run_id", BigInteger, nullable=False),
    Column("path", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("mode", String(10), nullable=False),
    Column("starter", String(200), nullable=False),
    Column("authors", Json, nullable=False),
    Column("duties", Json, nullable=False),
    Column("title", Text, nullable=False),
    Column("asked", Json, nullable=False),
    Column("record", Json),
    Column("payload_hash", String(64), nullable=False),
    Column("state", String(12), nullable=False),
    Column("why", Text, nullable=False, server_default=""),
    Column("escalated", Boolean, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("claimed_by", String(200)),
    Column("claimed_until", Moment),
    Column("ended_at", Moment),
    Column("workflow_id", BigInteger),
    Column("team_id", BigInteger),
    Column("verdict", Json),
    Index("review_run", "run_id"),
    Index("review_desk", "team_id", "id", postgresql_where=_WAITING, sqlite_where=_WAITING),
    Index("review_similar", "workflow_id", "place", "id"),
    Index("review_waiting", "run_id", "path", postgresql_where=_WAITING, sqlite_where=_WAITING),
    Index("review_due", "due_at", postgresql_where=_DUE, sqlite_where=_DUE),
    postgresql_with={"fillfactor": "80"},
)

decision_table = Table(
    "decision",
    metadata,
    Column("review_id", BigInteger, primary_key=True, autoincrement=False),
    Column("by", String(200), primary_key=True),
    Column("decision", String(10), nullable=False),
    Column("reason", Text, nullable=False),
    Column("edit", Json),
    Column("changes", Json),
    Column("payload_hash", String(64), nullable=False),
    Column("decided_at", Moment, nullable=False),
    Column("name", String(200), nullable=False, server_default=""),
)
