"""The audit: events, the end of their chain, signed heads."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
kind = "expand"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UNCHAINED = sa.text("position IS NULL")


def upgrade() -> None:
    """Makes the tables of the room `audit`."""
    op.create_table(
        "audit_event",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger),
        sa.Column("link", sa.String(64)),
    )
    op.create_index("audit_event_place", "audit_event", ["organisation", "position"], unique=True)
    op.create_index(
        "audit_event_unchained",
        "audit_event",
        ["organisation", "id"],
        postgresql_where=UNCHAINED,
        sqlite_where=UNCHAINED,
    )
    op.create_table(
        "audit_chain",
        sa.Column("organisation", sa.String(64), primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("link", sa.String(64), nullable=False),
        sa.Column("frontier", sa.Text, nullable=False),
    )
    op.create_table(
        "audit_head",
        sa.Column("organisation", sa.String(64), primary_key=True),
        sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("signed_at", sa.BigInteger, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
