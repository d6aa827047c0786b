"""Reviews and their decisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
kind = "expand"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITING = sa.text("state IN ('open', 'claimed')")
DUE = sa.text("state IN ('open', 'claimed') AND due_at IS NOT NULL AND NOT escalated")


def upgrade() -> None:
    """Makes the tables of the room `reviews`."""
    op.create_table(
        "review",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        sa.Column("run_id", sa.BigInteger, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("mode", sa.String(10), nullable=False),
        sa.Column("starter", sa.String(200), nullable=False),
        sa.Column("authors", sa.Text, nullable=False),
        sa.Column("duties", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("record", sa.Text),
        sa.Column("payload_hash", sa.String(64), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("why", sa.Text, nullable=False, server_default=""),
        sa.Column("escalated", sa.Boolean, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("claimed_by", sa.String(200)),
        sa.Column("claimed_until", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        postgresql_with={"fillfactor": "80"},
    )
    op.create_index("review_run", "review", ["run_id"])
    op.create_index("review_waiting", "review", ["run_id", "path"], postgresql_where=WAITING, sqlite_where=WAITING)
    op.create_index("review_due", "review", ["due_at"], postgresql_where=DUE, sqlite_where=DUE)
    op.create_table(
        "decision",
        sa.Column("review_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("by", sa.String(200), primary_key=True),
        sa.Column("decision", sa.String(10), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("edit", sa.Text),
        sa.Column("changes", sa.Text),
        sa.Column("payload_hash", sa.String(64), nullable=False),
        sa.Column("decided_at", sa.BigInteger, nullable=False),
    )
