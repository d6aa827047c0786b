"""Triggers, and which trigger started a run."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
kind = "expand"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BY_A_TRIGGER = sa.text("trigger_id IS NOT NULL")


def upgrade() -> None:
    """Makes the tables of the room `triggers`, and adds to those of the room `runs`."""
    op.create_table(
        "trigger",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        sa.Column("workflow_id", sa.BigInteger, nullable=False),
        sa.Column("team_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("is_on", sa.Boolean, nullable=False),
        sa.Column("switched_by", sa.String(40), nullable=False),
        sa.Column("switched_at", sa.BigInteger, nullable=False),
        sa.Column("paused_code", sa.String(40)),
        sa.Column("paused_sentence", sa.Text),
        sa.Column("pinned", sa.Integer),
        sa.Column("owner_id", sa.BigInteger, nullable=False),
        sa.Column("settings", sa.Text, nullable=False),
        sa.Column("inputs", sa.Text),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("made_by", sa.String(40), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("changed_by", sa.String(40), nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("workflow_id", "name", name="trigger_workflow_id_name_once"),
    )
    op.create_table(
        "trigger_key",
        sa.Column("trigger_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("body_hash", sa.String(64), nullable=False),
        sa.Column("run_id", sa.BigInteger),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("trigger_key_at", "trigger_key", ["at"])
    op.add_column("run", sa.Column("trigger_id", sa.BigInteger))
    op.add_column("run", sa.Column("trigger_kind", sa.String(10)))
    op.add_column("run", sa.Column("trigger_name", sa.String(200)))
    op.create_index(
        "run_trigger", "run", ["trigger_id", "id", "status"],
        postgresql_where=BY_A_TRIGGER, sqlite_where=BY_A_TRIGGER,
    )  # fmt: skip
