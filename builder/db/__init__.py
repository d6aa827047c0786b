"""A Database is where the truth lives: SQLite or PostgreSQL, with sessions, one clock, and rings sent after a commit.

SQLAlchemy is heavy, so each name is loaded on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from builder.db.columns import (
        POSTGRES_CLOCK,
        SQLITE_CLOCK,
        Json,
        Moment,
        clock,
        from_milliseconds,
        metadata,
        to_milliseconds,
        write_json,
    )
    from builder.db.database import Database, OwnConnection, driver_of, open_database, ring_after
    from builder.db.errors import DatabaseError
    from builder.db.hot import HotInsert, read_clock
    from builder.db.migrate import SchemaState, Upgrade, judge_state
    from builder.db.steps import SchemaStep, needed_revision, newest_revision, read_steps

_DOORS = {
    "POSTGRES_CLOCK": "columns",
    "SQLITE_CLOCK": "columns",
    "clock": "columns",
    "write_json": "columns",
    "driver_of": "database",
    "Json": "columns",
    "Moment": "columns",
    "from_milliseconds": "columns",
    "metadata": "columns",
    "HotInsert": "hot",
    "read_clock": "hot",
    "to_milliseconds": "columns",
    "Database": "database",
    "OwnConnection": "database",
    "DatabaseError": "errors",
    "SchemaState": "migrate",
    "judge_state": "migrate",
    "SchemaStep": "steps",
    "Upgrade": "migrate",
    "needed_revision": "steps",
    "newest_revision": "steps",
    "read_steps": "steps",
    "open_database": "database",
    "ring_after": "database",
}

__all__ = [
    "POSTGRES_CLOCK", "SQLITE_CLOCK", "Database", "DatabaseError", "HotInsert", "Json", "Moment", "OwnConnection",
    "SchemaState", "SchemaStep", "Upgrade", "clock", "driver_of", "from_milliseconds", "judge_state", "metadata",
    "needed_revision", "newest_revision", "open_database", "read_clock", "read_steps", "ring_after",
    "to_milliseconds", "write_json",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """A name of the front door, loaded when it is first asked for."""
    if name not in _DOORS:
        raise AttributeError(f"builder.db has no {name!r}")
    return getattr(import_module(f"builder.db.{_DOORS[name]}"), name)
