"""What every start and every end of a run pays for, below SQLAlchemy: reading the clock, and inserting one row.

The statements are made from the tables once, and the driver sends them in the session's transaction. Executed by the
session, each would cost 0.1 ms more than the database takes for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Table, insert
from sqlalchemy.orm import Session

from builder.db import columns
from builder.db.database import driver_of


def read_clock(session: Session) -> datetime:
    """The database's present, in UTC."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    now = columns.SQLITE_CLOCK if on_sqlite else columns.POSTGRES_CLOCK
    return columns.from_milliseconds(driver_of(session).execute(f"SELECT {now}").fetchone()[0])


class _Ready(NamedTuple):
    """A statement as one driver takes it, and by which column's name and how each of its values is made.

    `by_place`: the driver takes its values in order, not by name.
    """

    text: str
    values: tuple[tuple[str, Callable[[Any], Any] | None], ...]
    by_place: bool


class HotInsert:
    """Inserts single rows into one table.

    Args:
        table: whose columns say how each value is stored.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._ready: dict[tuple[str, tuple[str, ...]], _Ready] = {}

    def add(self, session: Session, values: Mapping[str, Any]) -> None:
        """Inserts a row in the session's transaction.

        Args:
            session: its transaction.
            values: by the names of columns; the others get what the database gives them.
        """
        driver, dialect = driver_of(session), session.get_bind().dialect
        key = (dialect.name, tuple(values))
        ready = self._ready.get(key) or self._ready.setdefault(key, self._compile(dialect, key[1]))
        made = {name: values[name] if turn is None else turn(values[name]) for name, turn in ready.values}
        driver.execute(ready.text, tuple(made.values()) if ready.by_place else made)

    def _compile(self, dialect: Dialect, names: tuple[str, ...]) -> _Ready:
        compiled = insert(self._table).compile(dialect=dialect, column_keys=list(names))
        order = compiled.positiontup or names
        turns = (self._table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in order)
        return _Ready(str(compiled), tuple(zip(order, turns, strict=True)), compiled.positiontup is not None)
