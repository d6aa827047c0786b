"""What is pinned stays with the draft."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
kind = "expand"


def upgrade() -> None:
    """Makes a table of the room `workflows`."""
    op.create_table(
        "pin",
        sa.Column("workflow_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("node", sa.String(650), primary_key=True),
        sa.Column("output", sa.Text, nullable=False),
        sa.Column("pinned_by", sa.String(40), nullable=False),
        sa.Column("pinned_at", sa.BigInteger, nullable=False),
    )
    op.create_index("pin_age", "pin", ["pinned_at"])
