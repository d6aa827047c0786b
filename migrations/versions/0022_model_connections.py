"""Model connections that admins write in the product."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
kind = "expand"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Makes the tables of model connections."""
    op.create_table(
        "model_connection",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("provider", sa.String(64), nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("base_url", sa.String(2000), nullable=False),
        sa.Column("hosted", sa.String(10), nullable=False),
        sa.Column("region", sa.String(40), nullable=False),
        sa.Column("price_in", sa.Float, nullable=False),
        sa.Column("price_out", sa.Float, nullable=False),
        sa.Column("max_concurrency", sa.Integer, nullable=False),
        sa.Column("timeout", sa.Float, nullable=False),
        sa.Column("credential_id", sa.BigInteger),
        sa.Column("all_teams", sa.Boolean, nullable=False),
        sa.Column("off_at", sa.BigInteger),
        sa.Column("made_by", sa.String(40), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("tested_at", sa.BigInteger),
        sa.Column("test_ok", sa.Boolean),
        sa.Column("test_said", sa.Text),
        sa.UniqueConstraint("name", name="model_connection_name_once"),
    )
    op.create_table(
        "connection_team",
        sa.Column("connection_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("team_id", sa.BigInteger, primary_key=True, autoincrement=False),
    )
    op.create_index("connection_team_team", "connection_team", ["team_id"])
    op.create_table(
        "model_choice",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("default_name", sa.String(64)),
    )
