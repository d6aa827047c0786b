"""Whose runs are, of which version of which workflow, and whether what went through them is still kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
kind = "expand"

FULL = sa.text("ended_at IS NOT NULL AND emptied_at IS NULL")


def upgrade() -> None:
    """Adds to the table of the room `runs` what its lists are filtered by."""
    op.add_column("run", sa.Column("team_id", sa.BigInteger))
    op.add_column("run", sa.Column("workflow_id", sa.BigInteger))
    op.add_column("run", sa.Column("version", sa.Integer))
    op.add_column("run", sa.Column("emptied_at", sa.BigInteger))
    op.create_index("run_team", "run", ["team_id", "id", "status", "mode"])
    op.create_index("run_workflow", "run", ["workflow_id", "id", "status", "mode"])
    op.create_index("run_full", "run", ["mode", "ended_at"], postgresql_where=FULL, sqlite_where=FULL)
