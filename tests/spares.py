"""Databases of a PostgreSQL that tests use one after another: making one costs hundreds of new files, emptying it a
moment.

Who had one before can neither see nor disturb who has it now: it changes its name, so that no thread and no process of
an earlier test finds it again, and whatever is not as in a new one, be it a column, a sequence or a row that was there
from the start, makes it go.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence

import psycopg
from psycopg import sql

from tests.canaries import watch_database
from tests.servers import PostgresServer

_PATIENCE = 30.0
_SHAPE = """
SELECT md5(string_agg(said, E'\\n' ORDER BY said)) FROM (
  SELECT format('column %s.%s %s %s %s %s', c.relname, a.attname, a.atttypid, a.atttypmod, a.attnotnull,
                pg_get_expr(d.adbin, d.adrelid))
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum WHERE c.relnamespace = 'public'::regnamespace
  UNION ALL SELECT format('relation %s %s %s', relname, relkind, reloptions) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL SELECT format('constraint %s %s', conname, pg_get_constraintdef(oid)) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT format('trigger %s %s', pg_get_triggerdef(oid), tgenabled) FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT format('function %s %s', proname, md5(prosrc)) FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace
  UNION ALL SELECT format('sequence %s %s', sequencename, last_value) FROM pg_sequences
  UNION ALL SELECT format('schema %s', nspname) FROM pg_namespace WHERE nspname !~ '^pg_'
  UNION ALL SELECT format('setting %s', setconfig) FROM pg_db_role_setting
    WHERE setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
) AS every (said)
"""


class Spares:
    """Databases like a template, of which each is had by one test at a time."""

    def __init__(self, server: PostgresServer, template: str) -> None:
        self._server = server
        self._template = template
        self._names = (f"spare_{number}" for number in itertools.count(1))
        self._free: list[str] = []
        with psycopg.connect(server.plain_url(template), autocommit=True) as connection:
            self._tables = list_tables(connection)
            self._kept = find_full(connection, self._tables)
            self._fresh = self._look(connection)

    def take(self) -> str:
        """A database with its tables and nothing in them; its name."""
        if self._free:
            return self._free.pop()
        name = next(self._names)
        self._server.create_database(name, self._template)
        return name

    def give_back(self, name: str) -> None:
        """Takes it from whoever is still connected, looks for canaries in it, and empties it for somebody else."""
        watch_database(self._server.plain_url(name), name)
        try:
            again = self._rename(name)
            with psycopg.connect(self._server.plain_url(again), autocommit=True) as connection:
                full = set(find_full(connection, self._tables)) - set(self._kept)
                if self._look(connection) == self._fresh:
                    empty_tables(connection, sorted(full))
                    self._free.append(again)
                    return
        except psycopg.OperationalError:
            return  # the server is away
        self._server.drop_database(again)

    def _look(self, connection: psycopg.Connection) -> tuple[object, ...]:
        """What is the same in every new database: its shape, and the rows that are there from the start."""
        seen = [connection.execute(_SHAPE.encode()).fetchone()]
        for table in self._kept:
            query = sql.SQL("SELECT string_agg(t::text, ',' ORDER BY t::text) FROM {} t").format(sql.Identifier(table))
            seen.append(connection.execute(query).fetchone())
        return tuple(seen)

    def _rename(self, name: str) -> str:
        again, end = next(self._names), time.monotonic() + _PATIENCE
        gone = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        with psycopg.connect(self._server.plain_url("postgres"), autocommit=True) as connection:
            connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'.encode())
            while connection.execute(gone, (name,)).fetchall():
                assert time.monotonic() < end, f"somebody stays connected to {name}"
                time.sleep(0.002)
            connection.execute(f'ALTER DATABASE "{name}" RENAME TO "{again}"'.encode())
            connection.execute(f'ALTER DATABASE "{again}" ALLOW_CONNECTIONS true'.encode())
        return again


def list_tables(connection: psycopg.Connection) -> list[str]:
    """Every table of a database."""
    rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
    return [str(row[0]) for row in rows]


def find_full(connection: psycopg.Connection, tables: Sequence[str]) -> list[str]:
    """Those of some tables that have rows."""
    asked = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})").format(sql.Literal(each), sql.Identifier(each))
        for each in tables
    )
    return sorted(str(row[0]) for row in connection.execute(asked).fetchall())


def empty_tables(connection: psycopg.Connection, tables: Sequence[str]) -> None:
    """Takes every row of some tables away, whatever refers to whatever."""
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        for table in tables:
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
