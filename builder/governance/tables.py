"""The rows of governance. A template's versions are inserted; of one only its state changes. Spending only grows."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, String, Table, Text, UniqueConstraint, text

from builder.db import Json, Moment, metadata

Id = BigInteger().with_variant(Integer(), "sqlite")

governance_template_table = Table(
    "governance_template",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("name", String(200), nullable=False),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("name"),
)

governance_version_table = Table(
    "governance_version",
    metadata,
    Column("template_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("state", String(10), nullable=False),
    Column("source", Json, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("files", Json, nullable=False),
    Column("note", Text, nullable=False),
    Column("made_by", String(40), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("approved_by", String(40)),
    Column("approved_at", Moment),
    Column("enforced_by", String(40)),
    Column("enforced_from", String(10)),
    Column("retired_by", String(40)),
    Column("retired_at", Moment),
    Index("governance_version_state", "state"),
)

budget_table = Table(
    "budget",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("name", String(200), nullable=False),
    Column("scope", String(12), nullable=False),
    Column("about", String(80), nullable=False),
    Column("team_id", BigInteger),
    Column("period", String(8), nullable=False),
    Column("money", Float),
    Column("tokens", BigInteger),
    Column("warn_at", Integer, nullable=False),
    Column("owner_id", BigInteger, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("made_by", String(40), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Index("budget_of", "scope", "about"),
)
"""`about` is the team's or workflow's number, the connection's name, or empty. `team_id` says who may see it."""

spending_table = Table(
    "spending",
    metadata,
    Column("scope", String(12), primary_key=True),
    Column("about", String(80), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("slice", Integer, primary_key=True, autoincrement=False),
    Column("money", Float, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    postgresql_with={"fillfactor": "70"},
)
"""What was spent on a day (UTC), one sum for each thing that a budget can be about. The slices are added up: runs that
end side by side do not wait for one another's row.
"""

budget_mark_table = Table(
    "budget_mark",
    metadata,
    Column("budget_id", BigInteger, primary_key=True, autoincrement=False),
    Column("begins", String(10), primary_key=True),
    Column("standing", String(8), primary_key=True),
    Column("told_at", Moment, nullable=False),
)
"""That people were told of a budget's standing in a period."""

halt_table = Table(
    "halt",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("scope", String(12), nullable=False),
    Column("about", String(300), nullable=False),
    Column("because", Text, nullable=False),
    Column("until", Moment),
    Column("made_by", String(40), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("lifted_by", String(40)),
    Column("lifted_at", Moment),
    Index("halt_standing", "until", postgresql_where=text("lifted_at IS NULL"), sqlite_where=text("lifted_at IS NULL")),
)
"""`about` is the team's or workflow's number, the name of a node type, connection or credential, `template/rule`, or
empty.
"""

_ASKED = text("state = 'asked'")

exemption_table = Table(
    "governance_exemption",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("template_id", BigInteger, nullable=False),
    Column("rule", String(80), nullable=False),
    Column("workflow_id", BigInteger, nullable=False),
    Column("team_id", BigInteger, nullable=False),
    Column("subject", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("until", String(10), nullable=False),
    Column("asked_by", String(40), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("state", String(10), nullable=False),
    Column("decided_by", String(40)),
    Column("decided_at", Moment),
    Column("answer", Text, nullable=False),
    Column("version", Integer),
    Index("governance_exemption_asked", "workflow_id", "template_id", "rule", unique=True,
          postgresql_where=_ASKED, sqlite_where=_ASKED),
    Index("governance_exemption_template", "template_id", "state"),
    Index("governance_exemption_team", "team_id"),
)  # fmt: skip
