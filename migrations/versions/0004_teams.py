"""People, teams, what they are in them, and how they come in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
kind = "expand"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Makes the tables of the room `teams`."""
    op.create_table(
        "organisation",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "person",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("password_hash", sa.Text),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("closed_at", sa.BigInteger),
        sa.UniqueConstraint("email", name="person_email_once"),
    )
    op.create_index("person_name", "person", ["name", "id"])
    op.create_table(
        "org_role",
        sa.Column("person_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("role", sa.String(20), primary_key=True),
    )
    op.create_table(
        "team",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("name", name="team_name_once"),
    )
    op.create_table(
        "member_role",
        sa.Column("team_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("person_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("role", sa.String(20), primary_key=True),
    )
    op.create_index("member_role_person", "member_role", ["person_id"])
    _make_doors()


def _make_doors() -> None:
    op.create_table(
        "person_session",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        sa.Column("person_id", sa.BigInteger, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("browser", sa.String(200), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("token_hash", name="person_session_token_hash_once"),
    )
    op.create_index("person_session_person", "person_session", ["person_id"])
    op.create_table(
        "one_time_link",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("person_id", sa.BigInteger),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("team_id", sa.BigInteger),
        sa.Column("roles", sa.Text, nullable=False),
        sa.Column("org_roles", sa.Text, nullable=False),
        sa.Column("made_by", sa.String(500), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
        sa.UniqueConstraint("token_hash", name="one_time_link_token_hash_once"),
    )
    op.create_index("one_time_link_email", "one_time_link", ["email"])
    op.create_table(
        "sign_in_attempt",
        sa.Column("key", sa.String(80), primary_key=True),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
    )
