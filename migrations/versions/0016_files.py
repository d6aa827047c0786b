"""Files: what people upload and steps make, and the runs that read them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
kind = "expand"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MADE = sa.text("run_id IS NOT NULL")


def upgrade() -> None:
    """Makes the tables of the room `files`."""
    op.create_table(
        "file",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        sa.Column("team_id", sa.BigInteger),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("made_by", sa.String(200)),
        sa.Column("run_id", sa.BigInteger),
        sa.Column("path", sa.Text),
    )
    op.create_index("file_key", "file", ["key"])
    op.create_index("file_made_at", "file", ["made_at"])
    op.create_index("file_made_by", "file", ["made_by", "made_at"])
    op.create_index(
        "file_once", "file", ["run_id", "path", "key"], unique=True, postgresql_where=MADE, sqlite_where=MADE
    )
    op.create_table(
        "file_run",
        sa.Column("file_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("run_id", sa.BigInteger, primary_key=True, autoincrement=False),
    )
    op.create_index("file_run_run", "file_run", ["run_id"])
