"""The rows of teams. Of every secret only a hash is kept, and none may be empty."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from builder.db import Json, Moment, metadata

Id = BigInteger().with_variant(Integer(), "sqlite")

organisation_table = Table(
    "organisation",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("made_at", Moment, nullable=False),
)

person_table = Table(
    "person",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("email", String(254), nullable=False),
    Column("name", String(200), nullable=False),
    Column("language", String(8), nullable=False),
    Column("password_hash", Text),
    Column("made_at", Moment, nullable=False),
    Column("closed_at", Moment),
    UniqueConstraint("email"),
    Index("person_name", "name", "id"),
)

org_role_table = Table(
    "org_role",
    metadata,
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("role", String(20), primary_key=True),
)

team_table = Table(
    "team",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("name", String(200), nullable=False),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("name"),
)

member_role_table = Table(
    "member_role",
    metadata,
    Column("team_id", BigInteger, primary_key=True, autoincrement=False),
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("role", String(20), primary_key=True),
    Index("member_role_person", "person_id"),
)

session_table = Table(
    "person_session",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("person_id", BigInteger, nullable=False),
    Column("token_hash", String(64), nullable=False),
    Column("address", String(64), nullable=False),
    Column("browser", String(200), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("issuer", String(500)),
    Column("issuer_session", String(255)),
    UniqueConstraint("token_hash"),
    Index("person_session_person", "person_id"),
)

link_table = Table(
    "one_time_link",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("kind", String(12), nullable=False),
    Column("token_hash", String(64), nullable=False),
    Column("person_id", BigInteger),
    Column("email", String(254), nullable=False),
    Column("team_id", BigInteger),
    Column("roles", Json, nullable=False),
    Column("org_roles", Json, nullable=False),
    Column("made_by", String(500), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("used_at", Moment),
    UniqueConstraint("token_hash"),
    Index("one_time_link_email", "email"),
)

attempt_table = Table(
    "sign_in_attempt",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("since", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
)

token_table = Table(
    "api_token",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("person_id", BigInteger, nullable=False),
    Column("name", String(200), nullable=False),
    Column("token_hash", String(64), nullable=False),
    Column("ending", String(8), nullable=False),
    Column("permissions", Json, nullable=False),
    Column("team_id", BigInteger),
    Column("made_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("seen_at", Moment),
    Column("seen_from", String(64), nullable=False, server_default=""),
    Column("ended_at", Moment),
    Column("ended_by", String(500), nullable=False, server_default=""),
    UniqueConstraint("token_hash"),
    Index("api_token_person", "person_id"),
)

identity_provider_table = Table(
    "identity_provider",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", String(200), nullable=False),
    Column("issuer", String(500), nullable=False),
    Column("client_id", String(500), nullable=False),
    Column("sealed", LargeBinary),
    Column("wrapped", LargeBinary),
    Column("wrapped_by", String(64), nullable=False),
    Column("scopes", String(500), nullable=False),
    Column("groups_claim", String(200), nullable=False),
    Column("mapping", Json, nullable=False),
    Column("ask", String(200), nullable=False),
    Column("trusts_email", Boolean, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("passwords", Boolean, nullable=False),
    Column("absent_days", Integer, nullable=False),
    Column("facts", Json, nullable=False),
    Column("facts_at", Moment),
    Column("keys_at", Moment),
    Column("changed_by", String(500), nullable=False),
    Column("changed_at", Moment, nullable=False),
)

person_identity_table = Table(
    "person_identity",
    metadata,
    Column("issuer", String(500), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("person_id", BigInteger, nullable=False),
    Column("bound_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("absent_at", Moment),
    Index("person_identity_person", "person_id"),
)

group_role_table = Table(
    "group_role",
    metadata,
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("team_id", BigInteger, primary_key=True, autoincrement=False),
    Column("role", String(20), primary_key=True),
)
"""Which of somebody's roles his groups gave; team 0 is the organisation."""

sign_in_start_table = Table(
    "sign_in_start",
    metadata,
    Column("state_hash", String(64), primary_key=True),
    Column("browser_hash", String(64), nullable=False),
    Column("leads_to", String(500), nullable=False),
    Column("ends_at", Moment, nullable=False),
    Index("sign_in_start_ends", "ends_at"),
)

heard_logout_table = Table(
    "heard_logout",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("ends_at", Moment, nullable=False),
)
