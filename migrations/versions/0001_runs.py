"""Plans, workers, runs, and what the runs leave behind."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
kind = "expand"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Makes the tables of the room `runs`."""
    op.create_table(
        "plan",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "worker",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("lease_until", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        postgresql_with={"fillfactor": "60"},
    )
    op.create_table(
        "run",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        sa.Column("plan_hash", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("mode", sa.String(10), nullable=False),
        sa.Column("stage", sa.String(12), nullable=False),
        sa.Column("team", sa.String(200), nullable=False, server_default=""),
        sa.Column("starter", sa.String(200), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("why", sa.Text, nullable=False, server_default=""),
        sa.Column("owner", sa.String(40)),
        sa.Column("epoch", sa.Integer, nullable=False, server_default="0"),
        sa.Column("told", sa.Integer, nullable=False, server_default="0"),
        sa.Column("cancel_by", sa.String(200)),
        sa.Column("cancel_at", sa.BigInteger),
        sa.Column("ready_at", sa.BigInteger),
        sa.Column("ring_at", sa.BigInteger),
        sa.Column("rings", sa.Integer, nullable=False, server_default="0"),
        sa.Column("wake_at", sa.BigInteger),
        sa.Column("deaths", sa.Integer, nullable=False, server_default="0"),
        sa.Column("done_at_death", sa.Integer, nullable=False, server_default="-1"),
        sa.Column("input", sa.Text),
        sa.Column("input_ref", sa.String(64)),
        sa.Column("result", sa.Text),
        sa.Column("result_ref", sa.String(64)),
        sa.Column("given", sa.Text),
        sa.Column("forked_from", sa.BigInteger),
        sa.Column("forked_at", sa.Text),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("started_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("cost", sa.Float, nullable=False, server_default="0"),
        postgresql_with={"fillfactor": "60", "autovacuum_vacuum_scale_factor": "0.02"},
    )
    op.create_index(
        "run_ready",
        "run",
        ["ring_at"],
        postgresql_where=sa.text("status = 'ready'"),
        sqlite_where=sa.text("status = 'ready'"),
    )
    op.create_index(
        "run_waking",
        "run",
        ["wake_at"],
        postgresql_where=sa.text("status = 'waiting' AND wake_at IS NOT NULL"),
        sqlite_where=sa.text("status = 'waiting' AND wake_at IS NOT NULL"),
    )
    op.create_index(
        "run_owner",
        "run",
        ["owner"],
        postgresql_where=sa.text("status = 'running'"),
        sqlite_where=sa.text("status = 'running'"),
    )
    op.create_index(
        "run_name",
        "run",
        ["name", "id"],
    )
    op.create_table(
        "step",
        sa.Column("run_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(5), nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("output", sa.Text),
        sa.Column("output_ref", sa.String(64)),
        sa.Column("secret", sa.LargeBinary),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "wait",
        sa.Column("token", ID, primary_key=True, autoincrement=False),
        sa.Column("run_id", sa.BigInteger, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("question", sa.Text),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("closed_at", sa.BigInteger),
        sa.Column("closed_by", sa.String(200)),
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index(
        "wait_open",
        "wait",
        ["run_id", "path"],
        unique=True,
        postgresql_where=sa.text("open"),
        sqlite_where=sa.text("open"),
    )
    op.create_table(
        "signal",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        sa.Column("run_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("path", sa.Text, nullable=False, server_default=""),
        sa.Column("body", sa.Text),
        sa.Column("sent_at", sa.BigInteger, nullable=False),
        sa.Column("taken_at", sa.BigInteger),
    )
    op.create_index(
        "signal_new",
        "signal",
        ["run_id"],
        postgresql_where=sa.text("taken_at IS NULL"),
        sqlite_where=sa.text("taken_at IS NULL"),
    )
