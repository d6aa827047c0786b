"""The rows of the catalog: NodeTemplates, their versions, and the MCP servers whose tools they may be made from."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text, UniqueConstraint

from builder.db import Json, Moment, metadata

Id = BigInteger().with_variant(Integer(), "sqlite")

node_template_table = Table(
    "node_template",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("name", String(60), nullable=False),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("name"),
)

node_template_version_table = Table(
    "node_template_version",
    metadata,
    Column("template_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("state", String(12), nullable=False),
    Column("source", Json, nullable=False),
    Column("teams", Json),
    Column("key", String(80), nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    Column("problem", Text, nullable=False, server_default=""),
    Column("made_by", String(40), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("proposed_by", String(40)),
    Column("approved_by", String(40)),
    Column("changed_by", String(40), nullable=False),
    Column("changed_at", Moment, nullable=False),
    UniqueConstraint("key"),
    Index("node_template_version_state", "state"),
)

mcp_server_table = Table(
    "mcp_server",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("name", String(60), nullable=False),
    Column("url", String(2000), nullable=False),
    Column("credential", String(200), nullable=False, server_default=""),
    Column("enabled", Boolean, nullable=False),
    Column("tools", Json, nullable=False),
    Column("problem", Text, nullable=False, server_default=""),
    Column("looked_at", Moment),
    Column("made_by", String(40), nullable=False),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("name"),
)
