"""Who asked that a rule not bind a workflow for a while, and what became of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
kind = "expand"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ASKED = sa.text("state = 'asked'")


def upgrade() -> None:
    """Makes the table of requests for exemptions."""
    op.create_table(
        "governance_exemption",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        sa.Column("template_id", sa.BigInteger, nullable=False),
        sa.Column("rule", sa.String(80), nullable=False),
        sa.Column("workflow_id", sa.BigInteger, nullable=False),
        sa.Column("team_id", sa.BigInteger, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("because", sa.Text, nullable=False),
        sa.Column("until", sa.String(10), nullable=False),
        sa.Column("asked_by", sa.String(40), nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("decided_by", sa.String(40)),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("version", sa.Integer),
    )
    op.create_index(
        "governance_exemption_asked",
        "governance_exemption",
        ["workflow_id", "template_id", "rule"],
        unique=True,
        postgresql_where=ASKED,
        sqlite_where=ASKED,
    )
    op.create_index("governance_exemption_template", "governance_exemption", ["template_id", "state"])
    op.create_index("governance_exemption_team", "governance_exemption", ["team_id"])
