"""API tokens, by which programs act for people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
kind = "expand"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Adds a table to the room `teams`."""
    op.create_table(
        "api_token",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        sa.Column("person_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("ending", sa.String(8), nullable=False),
        sa.Column("permissions", sa.Text, nullable=False),
        sa.Column("team_id", sa.BigInteger),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger),
        sa.Column("seen_from", sa.String(64), nullable=False, server_default=""),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("ended_by", sa.String(500), nullable=False, server_default=""),
        sa.UniqueConstraint("token_hash", name="api_token_token_hash_once"),
    )
    op.create_index("api_token_person", "api_token", ["person_id"])
