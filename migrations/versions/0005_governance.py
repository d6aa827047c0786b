"""Templates of governance and their versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
kind = "expand"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Makes the tables of the room `governance`."""
    op.create_table(
        "governance_template",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("name", name="governance_template_name_once"),
    )
    op.create_table(
        "governance_version",
        sa.Column("template_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("files", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("made_by", sa.String(40), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("approved_by", sa.String(40)),
        sa.Column("approved_at", sa.BigInteger),
        sa.Column("enforced_by", sa.String(40)),
        sa.Column("enforced_from", sa.String(10)),
        sa.Column("retired_by", sa.String(40)),
        sa.Column("retired_at", sa.BigInteger),
    )
    op.create_index("governance_version_state", "governance_version", ["state"])
