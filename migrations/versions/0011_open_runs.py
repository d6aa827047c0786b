"""Runs that have not ended are found without looking at those that have."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
kind = "expand"

OPEN = sa.text("status IN ('queued', 'ready', 'running', 'waiting', 'quarantined')")


def upgrade() -> None:
    """Adds the index to the table of the room `runs`."""
    seen = ["id", "status", "team_id", "workflow_id"]
    op.create_index("run_open", "run", seen, postgresql_where=OPEN, sqlite_where=OPEN)
