"""Bringing the tables up to date, from the checkout's `migrations/` or the copy inside an installed wheel.

Where several processes share a database, only `handrail migrate` changes its tables, one at a time; every other process
looks whether it can live with what is there, and refuses to start when it cannot.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, func, insert, inspect, select, text
from sqlalchemy.exc import OperationalError

from builder.db.columns import clock, metadata
from builder.db.errors import DatabaseError
from builder.db.step_table import schema_step_table
from builder.db.steps import (
    CONTRACT,
    SchemaStep,
    migrations_folder,
    needed_revision,
    newest_revision,
    next_target,
    pending_contracts,
    read_steps,
)

_LOCK = 7419833
_LOCK_MILLISECONDS = 4_000
_TRIES = 5
_LOCK_NOT_HAD = "55P03"


@dataclass(frozen=True, slots=True)
class SchemaState:
    """Where a database's tables stand.

    Attributes:
        revision: the last migration that they went through; None for an empty database.
        floor: the oldest number that a program may know and still live with them; None when every one can.
    """

    revision: str | None
    floor: str | None


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What an upgrade did.

    Attributes:
        before, after: the last migration before and after it.
        waiting: contracts that are still to come.
    """

    before: str | None
    after: str | None
    waiting: tuple[SchemaStep, ...]


def read_state(connection: Connection) -> SchemaState:
    """Where the tables stand."""
    there = inspect(connection)
    if not there.has_table("alembic_version"):
        return SchemaState(None, None)
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    floor = None
    if there.has_table(schema_step_table.name):
        table = schema_step_table.c
        floor = connection.scalar(select(func.max(table.safe_from)).where(table.kind == CONTRACT))
    return SchemaState(None if found is None else str(found), floor)


def judge_state(state: SchemaState, steps: tuple[SchemaStep, ...]) -> DatabaseError | None:
    """Why a program that came with these steps cannot live with such tables; None when it can.

    Tables that are newer than the program are no reason: a newer program may have expanded them beside it.
    """
    knows, needs = steps[-1].revision, needed_revision(steps)
    if state.floor is not None and state.floor > knows:
        return DatabaseError(
            f"The database has given up what this program still uses: it needs a program that knows version "
            f"{state.floor}, and this one knows only {knows}.",
            way_out="Start the newer program.",
        )
    if state.revision is None:
        return DatabaseError("The database has no tables yet.", way_out="Run `handrail migrate` first.")
    if state.revision < needs:
        before = any(step.kind == CONTRACT and state.revision < step.revision < needs for step in steps)
        return DatabaseError(
            f"The database is at version {state.revision}; this program needs {needs}.",
            way_out=f"Run `handrail migrate{' --contract' if before else ''}` first.",
        )
    return None


def check_tables(engine: Engine) -> None:
    """Refuses tables that this program cannot live with.

    Raises:
        DatabaseError: they are older than it needs, or have given up what it uses.
    """
    with engine.connect() as connection:
        problem = judge_state(read_state(connection), read_steps())
    if problem is not None:
        raise problem


def upgrade_tables(engine: Engine, *, contract: bool = True, to: str | None = None) -> Upgrade:
    """Applies the migrations that this database has not seen; one process at a time does it.

    On PostgreSQL nobody else has to wait for long while a migration waits for a table: it lets go and tries again.

    Args:
        engine: of the database.
        contract: whether steps that take something away are made too.
        to: the number to stop at; None for as far as it goes.

    Raises:
        DatabaseError: the tables have given up what this program uses, or stay in use by others.
    """
    with engine.connect() as connection:
        state = read_state(connection)
    if state.revision == newest_revision():
        return Upgrade(state.revision, state.revision, ())
    for attempt in range(_TRIES):
        try:
            with engine.begin() as connection:
                return _upgrade_on(connection, contract=contract, to=to)
        except OperationalError as problem:
            if getattr(problem.orig, "sqlstate", None) != _LOCK_NOT_HAD or attempt == _TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _upgrade_on(connection: Connection, *, contract: bool, to: str | None) -> Upgrade:
    from alembic import command  # heavy: only when there is something to do
    from alembic.config import Config  # heavy: only when there is something to do

    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        connection.execute(text(f"SET LOCAL lock_timeout = {_LOCK_MILLISECONDS}"))
    state, steps = read_state(connection), read_steps()
    if state.floor is not None and state.floor > steps[-1].revision:
        raise judge_state(state, steps) or AssertionError("unreachable")
    target = to or next_target(steps, state.revision, contract=contract)
    if target is not None and (state.revision is None or state.revision < target):
        config = Config()
        config.set_main_option("script_location", str(migrations_folder()))
        config.attributes["connection"] = connection
        config.attributes["metadata"] = metadata
        command.upgrade(config, target)
        _note_steps(connection, [step for step in steps if step.revision <= target])
    after = read_state(connection).revision
    return Upgrade(state.revision, after, pending_contracts(steps, after))


def _note_steps(connection: Connection, steps: list[SchemaStep]) -> None:
    if not inspect(connection).has_table(schema_step_table.name):
        return
    known = set(connection.scalars(select(schema_step_table.c.revision)))
    now = connection.scalar(select(clock()))
    fresh = [
        {"revision": step.revision, "kind": step.kind, "safe_from": step.safe_from, "applied_at": now}
        for step in steps
        if step.revision not in known
    ]
    if fresh:
        connection.execute(insert(schema_step_table), fresh)
