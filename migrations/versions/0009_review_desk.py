"""Whose reviews are, what a policy said that asked, and the names of who decided."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
kind = "expand"

WAITING = sa.text("state IN ('open', 'claimed')")


def upgrade() -> None:
    """Adds to the tables of the room `reviews` what desks show and are filtered by."""
    op.add_column("review", sa.Column("workflow_id", sa.BigInteger))
    op.add_column("review", sa.Column("team_id", sa.BigInteger))
    op.add_column("review", sa.Column("verdict", sa.Text))
    op.create_index("review_desk", "review", ["team_id", "id"], postgresql_where=WAITING, sqlite_where=WAITING)
    op.create_index("review_similar", "review", ["workflow_id", "place", "id"])
    op.add_column("decision", sa.Column("name", sa.String(200), nullable=False, server_default=""))
