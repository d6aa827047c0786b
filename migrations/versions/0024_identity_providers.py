"""Sign-in through the company's identity provider: its set-up, who is who there, what its groups gave."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
kind = "expand"


def upgrade() -> None:
    """Adds tables to the room `teams`, and to a session whether the provider opened it."""
    op.create_table(
        "identity_provider",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("issuer", sa.String(500), nullable=False),
        sa.Column("client_id", sa.String(500), nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("wrapped", sa.LargeBinary),
        sa.Column("wrapped_by", sa.String(64), nullable=False),
        sa.Column("scopes", sa.String(500), nullable=False),
        sa.Column("groups_claim", sa.String(200), nullable=False),
        sa.Column("mapping", sa.Text, nullable=False),
        sa.Column("ask", sa.String(200), nullable=False),
        sa.Column("trusts_email", sa.Boolean, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("passwords", sa.Boolean, nullable=False),
        sa.Column("absent_days", sa.Integer, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("facts_at", sa.BigInteger),
        sa.Column("keys_at", sa.BigInteger),
        sa.Column("changed_by", sa.String(500), nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "person_identity",
        sa.Column("issuer", sa.String(500), primary_key=True),
        sa.Column("subject", sa.String(255), primary_key=True),
        sa.Column("person_id", sa.BigInteger, nullable=False),
        sa.Column("bound_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("absent_at", sa.BigInteger),
    )
    op.create_index("person_identity_person", "person_identity", ["person_id"])
    op.create_table(
        "group_role",
        sa.Column("person_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("team_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("role", sa.String(20), primary_key=True),
    )
    op.create_table(
        "sign_in_start",
        sa.Column("state_hash", sa.String(64), primary_key=True),
        sa.Column("browser_hash", sa.String(64), nullable=False),
        sa.Column("leads_to", sa.String(500), nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
    )
    op.create_index("sign_in_start_ends", "sign_in_start", ["ends_at"])
    op.create_table(
        "heard_logout",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
    )
    op.add_column("person_session", sa.Column("issuer", sa.String(500)))
    op.add_column("person_session", sa.Column("issuer_session", sa.String(255)))
