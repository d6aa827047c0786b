"""Which steps the tables have gone through, and which processes live: two versions can stand side by side."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
kind = "expand"


def upgrade() -> None:
    """Makes the tables of the rooms `db` and `processes`."""
    op.create_table(
        "schema_step",
        sa.Column("revision", sa.String(8), primary_key=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("safe_from", sa.String(8)),
        sa.Column("applied_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "process",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("version", sa.String(32), nullable=False),
        sa.Column("knows", sa.String(8), nullable=False),
        sa.Column("keys", sa.String(64), nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        postgresql_with={"fillfactor": "60"},
    )
