"""Halts: what a governor or an admin stopped, and which runs that holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
kind = "expand"


def upgrade() -> None:
    """Adds a table to the room `governance`, and to a run the halt that stops it."""
    standing, halted = sa.text("lifted_at IS NULL"), sa.text("halt_id IS NOT NULL")
    op.create_table(
        "halt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False),
        sa.Column("scope", sa.String(12), nullable=False),
        sa.Column("about", sa.String(300), nullable=False),
        sa.Column("because", sa.Text, nullable=False),
        sa.Column("until", sa.BigInteger),
        sa.Column("made_by", sa.String(40), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("lifted_by", sa.String(40)),
        sa.Column("lifted_at", sa.BigInteger),
    )
    op.create_index("halt_standing", "halt", ["until"], postgresql_where=standing, sqlite_where=standing)
    op.add_column("run", sa.Column("halt_id", sa.BigInteger))
    op.create_index("run_halted", "run", ["halt_id"], postgresql_where=halted, sqlite_where=halted)
