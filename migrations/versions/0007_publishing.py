"""Requests to publish."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
kind = "expand"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    """Makes the table of the room `publishing`."""
    op.create_table(
        "publish_request",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        sa.Column("workflow_id", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("asked_by", sa.String(40), nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("decided_by", sa.String(40)),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index(
        "publish_request_waiting",
        "publish_request",
        ["workflow_id"],
        unique=True,
        postgresql_where=WAITING,
        sqlite_where=WAITING,
    )
