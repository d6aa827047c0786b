"""Workflows, their drafts and versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
kind = "expand"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Makes the tables of the room `workflows`."""
    op.create_table(
        "workflow",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        sa.Column("team_id", sa.BigInteger, nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("owner_id", sa.BigInteger),
        sa.Column("deputy_id", sa.BigInteger),
        sa.Column("stage", sa.String(12), nullable=False),
        sa.Column("risk", sa.String(8)),
        sa.Column("live", sa.Integer),
        sa.Column("origin", sa.Text),
        sa.Column("made_by", sa.String(40), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("archived_at", sa.BigInteger),
        sa.UniqueConstraint("team_id", "key", name="workflow_team_id_key_once"),
    )
    op.create_index("workflow_name", "workflow", ["name", "id"])
    op.create_table(
        "draft",
        sa.Column("workflow_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("saved_by", sa.String(40), nullable=False),
        sa.Column("saved_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "draft_revision",
        sa.Column("workflow_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("saved_by", sa.String(40), nullable=False),
        sa.Column("saved_at", sa.BigInteger, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_table(
        "draft_author",
        sa.Column("workflow_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("person", sa.String(40), primary_key=True),
        sa.Column("last_revision", sa.Integer, nullable=False),
    )
    op.create_table(
        "version",
        sa.Column("workflow_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("woven", sa.Text, nullable=False),
        sa.Column("woven_hash", sa.String(64), nullable=False),
        sa.Column("source_hash", sa.String(64), nullable=False),
        sa.Column("rules_hash", sa.String(64), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("stage", sa.String(12), nullable=False),
        sa.Column("risk", sa.String(8), nullable=False),
        sa.Column("authors", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("made_by", sa.String(40), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("live_by", sa.String(40)),
        sa.Column("live_at", sa.BigInteger),
    )
