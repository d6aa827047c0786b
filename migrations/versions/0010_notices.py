"""Notices, what people want to be told, and the letters that leave; the audit is looked at by kind."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
kind = "expand"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UNREAD = sa.text("read_at IS NULL AND shown")
DUE = sa.text("state IN ('waiting', 'sending')")


def upgrade() -> None:
    """Makes the tables of the room `notices`."""
    op.create_table(
        "notice",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        sa.Column("person_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("topic", sa.String(120), nullable=False),
        sa.Column("params", sa.Text, nullable=False),
        sa.Column("link", sa.String(300), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("read_at", sa.BigInteger),
        sa.Column("shown", sa.Boolean, nullable=False),
    )
    op.create_index("notice_person", "notice", ["person_id", "id"])
    op.create_index("notice_unread", "notice", ["person_id"], postgresql_where=UNREAD, sqlite_where=UNREAD)
    op.create_index("notice_topic", "notice", ["topic", "person_id"])
    op.create_table(
        "notice_setting",
        sa.Column("person_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(40), primary_key=True),
        sa.Column("in_product", sa.Boolean, nullable=False),
        sa.Column("by_email", sa.Boolean, nullable=False),
    )
    op.create_table(
        "letter",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        sa.Column("person_id", sa.BigInteger),
        sa.Column("notice_id", sa.BigInteger),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("problem", sa.Text, nullable=False),
    )
    op.create_index("letter_due", "letter", ["due_at"], postgresql_where=DUE, sqlite_where=DUE)
    op.create_index("audit_event_kind", "audit_event", ["organisation", "kind", "id"])
