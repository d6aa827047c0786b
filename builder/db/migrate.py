"""Bringing the tables up to date, from the checkout's `migrations/` or the copy inside an installed wheel."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from builder.db.columns import metadata
from builder.db.errors import DatabaseError

_HERE = Path(__file__).resolve()


def migrations_folder() -> Path:
    """Where the migrations are: beside this file in a wheel, at the top of a checkout."""
    shipped = _HERE.parent / "migrations"
    return shipped if shipped.is_dir() else _HERE.parents[2] / "migrations"


def newest_revision() -> str:
    """The number of the last migration; their files are called `0001_what_it_does.py`."""
    names = sorted(path.name for path in (migrations_folder() / "versions").glob("[0-9]*.py"))
    return names[-1].partition("_")[0]


def upgrade_tables(engine: Engine) -> None:
    """Applies the migrations that this database has not seen; one process at a time does it.

    Raises:
        DatabaseError: the database was made by a newer program.
    """
    newest = newest_revision()
    with engine.connect() as connection:
        if _revision_of(connection) == newest:
            return
    from alembic import command  # heavy: only when there is something to do
    from alembic.config import Config  # heavy: only when there is something to do

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(7419833)"))
        current = _revision_of(connection)
        if current is not None and current > newest:
            raise DatabaseError(
                f"The database is at version {current}; this program knows only {newest}.",
                way_out="Use the newer program that made it, or another database.",
            )
        config.attributes["connection"] = connection
        config.attributes["metadata"] = metadata
        command.upgrade(config, "head")


def _revision_of(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)
