"""The rows of credentials. What a version holds is sealed; of one that was replaced nothing is left but its row."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
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

credential_table = Table(
    "credential",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("name", String(64), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("note", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("shown", Json, nullable=False),
    Column("hosts", Json, nullable=False),
    Column("types", Json, nullable=False),
    Column("all_teams", Boolean, nullable=False),
    Column("ends_at", Moment),
    Column("off_at", Moment),
    Column("made_by", String(40), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("tested_at", Moment),
    Column("test_ok", Boolean),
    Column("test_said", Text),
    UniqueConstraint("name"),
)

credential_secret_table = Table(
    "credential_secret",
    metadata,
    Column("credential_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary),
    Column("wrapped", LargeBinary),
    Column("wrapped_by", String(64), nullable=False),
    Column("made_by", String(40), nullable=False),
    Column("made_at", Moment, nullable=False),
)

credential_team_table = Table(
    "credential_team",
    metadata,
    Column("credential_id", BigInteger, primary_key=True, autoincrement=False),
    Column("team_id", BigInteger, primary_key=True, autoincrement=False),
    Index("credential_team_team", "team_id"),
)

credential_use_table = Table(
    "credential_use",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("credential_id", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("way", String(10), nullable=False),
    Column("who", String(200), nullable=False),
    Column("run_id", BigInteger),
    Column("path", Text, nullable=False),
    Column("team_id", BigInteger),
    Column("host", String(300), nullable=False),
    Index("credential_use_of", "credential_id", "id"),
)

model_connection_table = Table(
    "model_connection",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("name", String(64), nullable=False),
    Column("provider", String(64), nullable=False),
    Column("model", String(200), nullable=False),
    Column("base_url", String(2000), nullable=False),
    Column("hosted", String(10), nullable=False),
    Column("region", String(40), nullable=False),
    Column("price_in", Float, nullable=False),
    Column("price_out", Float, nullable=False),
    Column("max_concurrency", Integer, nullable=False),
    Column("timeout", Float, nullable=False),
    Column("credential_id", BigInteger),
    Column("all_teams", Boolean, nullable=False),
    Column("off_at", Moment),
    Column("made_by", String(40), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("tested_at", Moment),
    Column("test_ok", Boolean),
    Column("test_said", Text),
    UniqueConstraint("name"),
)

connection_team_table = Table(
    "connection_team",
    metadata,
    Column("connection_id", BigInteger, primary_key=True, autoincrement=False),
    Column("team_id", BigInteger, primary_key=True, autoincrement=False),
    Index("connection_team_team", "team_id"),
)

model_choice_table = Table(
    "model_choice",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("revision", BigInteger, nullable=False),
    Column("default_name", String(64)),
)
"""One row: how often anything here changed, and which connection is `default` where an admin chose one."""
