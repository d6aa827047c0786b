"""When schedules are due, and what became of every time that was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
kind = "expand"


def upgrade() -> None:
    """Adds to the tables of the room `triggers`."""
    op.create_table(
        "schedule",
        sa.Column("trigger_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("next_due", sa.BigInteger),
        sa.Column("spans", sa.Text, nullable=False),
        sa.Column("hold_until", sa.BigInteger),
        postgresql_with={"fillfactor": "70"},
    )
    there = sa.text("next_due IS NOT NULL")
    op.create_index("schedule_due", "schedule", ["next_due"], postgresql_where=there, sqlite_where=there)
    op.create_table(
        "fire",
        sa.Column("trigger_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("due", sa.BigInteger, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("code", sa.String(40)),
        sa.Column("sentence", sa.Text),
        sa.Column("run_id", sa.BigInteger),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("until", sa.BigInteger),
    )
    waiting = sa.text("outcome = 'waiting'")
    op.create_index("fire_waiting", "fire", ["trigger_id", "due"], postgresql_where=waiting, sqlite_where=waiting)
    op.create_index("fire_at", "fire", ["at"])
