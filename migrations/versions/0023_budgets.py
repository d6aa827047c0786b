"""Budgets, what was spent, and what was told of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
kind = "expand"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Makes the tables of budgets."""
    op.create_table(
        "budget",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("scope", sa.String(12), nullable=False),
        sa.Column("about", sa.String(80), nullable=False),
        sa.Column("team_id", sa.BigInteger),
        sa.Column("period", sa.String(8), nullable=False),
        sa.Column("money", sa.Float),
        sa.Column("tokens", sa.BigInteger),
        sa.Column("warn_at", sa.Integer, nullable=False),
        sa.Column("owner_id", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("made_by", sa.String(40), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
    )
    op.create_index("budget_of", "budget", ["scope", "about"])
    op.create_table(
        "spending",
        sa.Column("scope", sa.String(12), primary_key=True),
        sa.Column("about", sa.String(80), primary_key=True),
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("slice", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("money", sa.Float, nullable=False),
        sa.Column("tokens", sa.BigInteger, nullable=False),
        postgresql_with={"fillfactor": "70"},
    )
    op.create_table(
        "budget_mark",
        sa.Column("budget_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("begins", sa.String(10), primary_key=True),
        sa.Column("standing", sa.String(8), primary_key=True),
        sa.Column("told_at", sa.BigInteger, nullable=False),
    )
