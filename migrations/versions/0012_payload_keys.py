"""Whether a run still names a payload is found without looking at every step."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
kind = "expand"


def upgrade() -> None:
    """Adds indexes to the tables of the room `runs`."""
    for table, column in (("run", "input_ref"), ("run", "result_ref"), ("step", "output_ref")):
        there = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"{table}_{column}", table, [column], postgresql_where=there, sqlite_where=there)
