"""Every query of backups: whole tables, as the database itself describes them, in one moment's view."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, LargeBinary, MetaData, Table, func, insert, select

from builder.db import clock

LEFT_OUT = frozenset(("alembic_version", "schema_step", "process"))
"""Tables that tell of programs, not of work: a restored installation writes its own."""
_AT_ONCE = 500


def find_tables(connection: Connection) -> list[Table]:
    """Every table that a backup holds, those that others point at first."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name not in LEFT_OUT]


def read_moment(connection: Connection) -> datetime:
    """The database's present."""
    return connection.execute(select(clock())).scalar_one()


def read_lines(connection: Connection, table: Table) -> Iterator[bytes]:
    """A table as lines: the names of its columns, then its rows, in the order of its key."""
    yield _write_line([column.name for column in table.columns])
    query = select(table).order_by(*table.primary_key.columns)
    found = connection.execution_options(yield_per=_AT_ONCE).execute(query)
    for row in found:
        yield _write_line([_to_plain(value) for value in row])


def read_references(table: Table) -> tuple[int, ...]:
    """The places, in a row, of columns that name payloads."""
    return tuple(place for place, column in enumerate(table.columns) if names_payload(table.name, column.name))


def names_payload(table: str, column: str) -> bool:
    """Whether a column holds keys of payloads: its name ends so, or it is the key of a file."""
    return column.endswith("_ref") or (table, column) == ("file", "key")


def count_rows(connection: Connection, table: Table) -> int:
    """How many rows a table has."""
    return int(connection.scalar(select(func.count()).select_from(table)) or 0)


def still_names(connection: Connection, tables: Sequence[Table], key: str) -> bool:
    """Whether a row still names a payload."""
    for table in tables:
        for place in read_references(table):
            column = list(table.columns)[place]
            if connection.execute(select(column).where(column == key).limit(1)).first() is not None:
                return True
    return False


def insert_lines(connection: Connection, table: Table, lines: Iterator[bytes]) -> int:
    """Puts the lines of a table back; how many rows.

    Raises:
        ValueError: the table here has no such column.
    """
    names = json.loads(next(lines))
    unknown = set(names) - {column.name for column in table.columns}
    if unknown:
        raise ValueError(f"the table {table.name} has no column {min(unknown)}")
    binary = {name for name in names if isinstance(table.columns[name].type, LargeBinary)}
    count, batch = 0, []
    for line in lines:
        batch.append(
            {name: _from_plain(value, name in binary) for name, value in zip(names, json.loads(line), strict=True)}
        )
        if len(batch) == _AT_ONCE:
            connection.execute(insert(table), batch)
            count, batch = count + len(batch), []
    if batch:
        connection.execute(insert(table), batch)
    return count + len(batch)


def is_empty(connection: Connection, tables: Sequence[Table]) -> bool:
    """Whether none of the tables has a row."""
    return all(connection.execute(select(table).limit(1)).first() is None for table in tables)


def find_table(tables: Sequence[Table], name: str) -> Table | None:
    """A table by its name."""
    return next((table for table in tables if table.name == name), None)


def _write_line(values: Sequence[Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def _to_plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return value


def _from_plain(value: Any, binary: bool) -> Any:
    return base64.b64decode(value) if binary and value is not None else value


def to_counts(rows: Mapping[str, int]) -> dict[str, int]:
    """Counts in the order of the tables' names."""
    return dict(sorted(rows.items()))
