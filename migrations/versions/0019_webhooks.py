"""Webhooks: their addresses, secrets, and the log of what arrived."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
kind = "expand"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FULL = sa.text("emptied_at IS NULL")


def upgrade() -> None:
    """Adds to the tables of the room `triggers`."""
    op.create_table(
        "hook",
        sa.Column("trigger_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("key_sealed", sa.LargeBinary, nullable=False),
        sa.Column("unsigned_by", sa.String(40)),
        sa.Column("unsigned_at", sa.BigInteger),
        sa.Column("listens_since", sa.BigInteger),
        sa.UniqueConstraint("key_hash", name="hook_key_hash_once"),
    )
    op.create_table(
        "hook_secret",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        sa.Column("trigger_id", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("ending", sa.String(8), nullable=False),
        sa.Column("made_by", sa.String(40), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger),
    )
    op.create_index("hook_secret_trigger", "hook_secret", ["trigger_id"])
    op.create_table(
        "delivery",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        sa.Column("trigger_id", sa.BigInteger, nullable=False),
        sa.Column("team_id", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False, server_default=""),
        sa.Column("sentence", sa.Text, nullable=False, server_default=""),
        sa.Column("key", sa.String(255), nullable=False, server_default=""),
        sa.Column("run_id", sa.BigInteger),
        sa.Column("replay_of", sa.BigInteger),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("more", sa.Integer, nullable=False, server_default="0"),
        sa.Column("emptied_at", sa.BigInteger),
        sa.Column("sealed", sa.LargeBinary),
    )
    op.create_index("delivery_trigger", "delivery", ["trigger_id", "id"])
    op.create_index("delivery_full", "delivery", ["at"], postgresql_where=FULL, sqlite_where=FULL)
