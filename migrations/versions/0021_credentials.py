"""Credentials, sealed, with who may use them and who did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
kind = "expand"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Makes the tables of credentials."""
    op.create_table(
        "credential",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("shown", sa.Text, nullable=False),
        sa.Column("hosts", sa.Text, nullable=False),
        sa.Column("types", sa.Text, nullable=False),
        sa.Column("all_teams", sa.Boolean, nullable=False),
        sa.Column("ends_at", sa.BigInteger),
        sa.Column("off_at", sa.BigInteger),
        sa.Column("made_by", sa.String(40), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("tested_at", sa.BigInteger),
        sa.Column("test_ok", sa.Boolean),
        sa.Column("test_said", sa.Text),
        sa.UniqueConstraint("name", name="credential_name_once"),
    )
    op.create_table(
        "credential_secret",
        sa.Column("credential_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("wrapped", sa.LargeBinary),
        sa.Column("wrapped_by", sa.String(64), nullable=False),
        sa.Column("made_by", sa.String(40), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "credential_team",
        sa.Column("credential_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("team_id", sa.BigInteger, primary_key=True, autoincrement=False),
    )
    op.create_index("credential_team_team", "credential_team", ["team_id"])
    op.create_table(
        "credential_use",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        sa.Column("credential_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("way", sa.String(10), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("run_id", sa.BigInteger),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("team_id", sa.BigInteger),
        sa.Column("host", sa.String(300), nullable=False),
    )
    op.create_index("credential_use_of", "credential_use", ["credential_id", "id"])
