"""A Database opens sessions: one at a time writes on SQLite, and rings leave only after their commit."""

from __future__ import annotations

import math
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, Engine, create_engine, event, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidatePoolError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util import LRUCache

from builder.db.dialect import DRIVER
from builder.db.errors import DatabaseError
from builder.db.migrate import SchemaState, Upgrade, check_tables, read_state, upgrade_tables
from builder.kit.clock import SYSTEM_CLOCK

NETWORK_SYSTEMS = frozenset((
    "nfs", "nfs3", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre", "beegfs",
    "gpfs", "ncpfs", "davfs", "fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.s3fs", "fuse.rclone", "fuse.davfs2",
))  # fmt: skip
"""File systems whose locks SQLite cannot trust."""

_COMPILED: LRUCache[Any, Any] = LRUCache(1_000)
"""Statements as SQLite takes them, for every engine of the process: they are one dialect's, and compiled once."""
BUSY_MILLISECONDS = 10_000
IDLE_MILLISECONDS = 5_000
"""How long PostgreSQL waits for the next statement of a transaction. A process that stands still in the middle of one
(stopped, or cut off) would keep its locks for as long, and what its lease held could be given to nobody.
"""

TRUSTED_SECONDS = 0.5
"""How long PostgreSQL is taken to be there after a transaction; a connection that was left longer is asked first. To
ask each time would be a third of what a short transaction waits for.
"""

_PATIENTLY = text("SET LOCAL idle_in_transaction_session_timeout = 0")


class OwnConnection(NamedTuple):
    """A connection outside of the pool: the driver's (sqlite3 or psycopg), and SQLAlchemy's around it."""

    driver: Any
    around: Connection


class Database:
    """One database.

    Attributes:
        url: its address.
        dialect: `sqlite` or `postgresql`.
        writing: held while one thread of this process writes to SQLite, so that none has to poll for the file's lock.
    """

    def __init__(self, url: URL, dialect: Literal["sqlite", "postgresql"], writer: Engine, reader: Engine) -> None:
        self.url = url
        self.dialect = dialect
        self.writing = threading.Lock()
        self._writer = writer
        self._reader = reader
        self._ring: Callable[[int], None] = lambda _: None
        self._closed = False
        for engine in {writer, reader}:
            event.listen(engine, "checkin", self._close_late)

    def on_ring(self, ring: Callable[[int], None]) -> None:
        """Says who is told, after a commit, of each id that `ring_after` named. It must not raise."""
        self._ring = ring

    @contextmanager
    def transaction(self, own: OwnConnection | None = None) -> Iterator[Session]:
        """A session that commits at the end (synced to disk), or leaves no trace when something was raised.

        Args:
            own: from `open_connection`: the connection that it is made on, instead of any that is free.
        """
        turn = self.writing if self.dialect == "sqlite" else nullcontext()
        bind = self._writer if own is None else own.around
        with turn, Session(bind, expire_on_commit=False) as session, session.begin():
            yield session
        self.ring_for(session)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one state of the database and writes nothing."""
        with Session(self._reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def one_moment(self) -> Iterator[Connection]:
        """A connection that sees everything as one moment left it, however long it looks; it writes nothing."""
        with _explained(), self._reader.connect() as connection:
            if self.dialect == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                connection.execute(_PATIENTLY)
            yield connection
            connection.rollback()

    @contextmanager
    def one_write(self) -> Iterator[Connection]:
        """A connection for one large write, however long it takes; it commits at the end, or leaves no trace."""
        turn = self.writing if self.dialect == "sqlite" else nullcontext()
        with turn, _explained(), self._writer.begin() as connection:
            if self.dialect == "postgresql":
                connection.execute(_PATIENTLY)
            yield connection

    def ring_for(self, session: Session) -> None:
        """Sends what `ring_after` collected in a session that has committed."""
        for run_id in session.info.pop("rings", ()):
            self._ring(run_id)

    def ring(self, run_id: int) -> None:
        """Sends one ring now."""
        self._ring(run_id)

    def open_connection(self) -> OwnConnection:
        """A connection for the one place that commits below SQLAlchemy; whoever opens it closes its driver's."""
        around = self._writer.connect()
        driver = around.connection.dbapi_connection
        around.detach()
        return OwnConnection(driver, around)

    def upgrade(self, *, contract: bool = True, to: str | None = None) -> Upgrade:
        """Brings the tables up to this program's version. Harmless when they are.

        Args:
            contract: whether steps that take something away are made too.
            to: the migration to stop at.

        Raises:
            DatabaseError: the database cannot be reached, is none, or has given up what this program uses.
        """
        with self.writing if self.dialect == "sqlite" else nullcontext(), _explained():
            return upgrade_tables(self._writer, contract=contract, to=to)

    def check(self) -> None:
        """Looks whether this program can live with the tables; changes nothing.

        Raises:
            DatabaseError: it cannot, or the database cannot be reached.
        """
        with _explained():
            check_tables(self._writer)

    def look_away(self) -> str | None:
        """Why the database cannot be asked now; None when it answers."""
        try:
            with self._reader.connect() as connection:
                connection.execute(select(1))
        except SQLAlchemyError:
            return "The database does not answer."
        return None

    def look_at_tables(self) -> SchemaState:
        """Where the tables stand.

        Raises:
            DatabaseError: the database cannot be reached.
        """
        with _explained(), self._reader.connect() as connection:
            return read_state(connection)

    def close(self) -> None:
        """Closes every connection; one that a thread still works on closes as soon as that is done."""
        self._closed = True
        self._writer.dispose()
        self._reader.dispose()

    def _close_late(self, _: Any, record: ConnectionPoolEntry) -> None:
        """Closes what is given back after `close`: nobody would ever take it again."""
        if self._closed:
            record.invalidate()


@contextmanager
def _explained() -> Iterator[None]:
    """A database that cannot be used is told in a sentence."""
    try:
        yield
    except DBAPIError as problem:
        said = next(iter(str(problem.orig).splitlines()), "") or type(problem.orig).__name__
        raise DatabaseError(
            f"The database cannot be used: {said.rstrip('.')}.", way_out="Look at HANDRAIL_DATABASE_URL."
        ) from problem


def driver_of(session: Session) -> Any:
    """The driver's connection that a session's transaction runs on."""
    return session.connection().connection.dbapi_connection


def ring_after(session: Session, run_id: int) -> None:
    """Rings for this run once the session's transaction has committed; never when it has not."""
    rings = session.info.setdefault("rings", [])
    if run_id not in rings:
        rings.append(run_id)


def open_database(address: str) -> Database:
    """A database by its address: a file path, `sqlite:///file`, or `postgresql://…`. Connects on first use.

    Raises:
        DatabaseError: the address cannot be read, or the file stands where SQLite cannot lock it.
    """
    url = _read_address(address)
    if url.get_backend_name() == "sqlite":
        return _open_sqlite(url)
    engine = create_engine(url, pool_size=10, max_overflow=20, pool_recycle=1800, hide_parameters=True)
    event.listen(engine, "connect", lambda connection, _: _prepare_postgres(connection))
    event.listen(engine, "checkin", lambda _, record: record.info.update(left=SYSTEM_CLOCK.monotonic()))
    event.listen(engine, "checkout", lambda connection, record, _: _try_connection(engine, connection, record))
    return Database(url, "postgresql", engine, engine)


def _read_address(address: str) -> URL:
    if "://" not in address:
        address = f"sqlite:///{address}"
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as error:
        raise DatabaseError(
            "The database's address cannot be read.",
            way_out="Write `sqlite:///folder/file.db` or `postgresql://user:password@host/name`.",
        ) from error
    name = url.get_backend_name()
    if name in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if name != "sqlite":
        raise DatabaseError(
            f"Handrail does not work on {name}.",
            way_out="Use SQLite on one machine, or PostgreSQL.",
        )
    if not url.database or url.database == ":memory:":
        raise DatabaseError("A database in memory would lose every run.", way_out="Name a file: `sqlite:///file.db`.")
    return url


def _open_sqlite(url: URL) -> Database:
    file = Path(str(url.database)).absolute()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseError(f"The folder {file.parent} cannot be made: {error.strerror}.") from error
    refuse_network_file(file)
    url = url.set(drivername=DRIVER, database=str(file))
    options: dict[str, Any] = {"compiled_cache": _COMPILED}
    writer = create_engine(url, pool_size=4, max_overflow=12, hide_parameters=True, execution_options=options)
    reader = create_engine(url, pool_size=4, max_overflow=12, hide_parameters=True, execution_options=options)
    event.listen(writer, "connect", lambda connection, _: prepare_sqlite(connection))
    event.listen(reader, "connect", lambda connection, _: _prepare_reader(connection))
    event.listen(writer, "begin", lambda connection: _begin_sqlite(connection, "BEGIN IMMEDIATE"))
    event.listen(reader, "begin", lambda connection: _begin_sqlite(connection, "BEGIN"))
    return Database(url, "sqlite", writer, reader)


def prepare_sqlite(connection: Any) -> None:
    """Sets up one of sqlite3's own connections for writing: WAL, every commit synced, transactions begun by hand."""
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {BUSY_MILLISECONDS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "journal_size_limit = 67108864",
        "cache_size = -8192",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection, how: str) -> None:
    """Begins a transaction by the driver: said through SQLAlchemy it would cost as much as an insert."""
    driver: Any = connection.connection.dbapi_connection
    try:
        driver.execute(how)
    except sqlite3.Error as problem:
        raise DBAPIError.instance(how, (), problem, sqlite3.Error) from problem


def _prepare_postgres(connection: Any) -> None:
    connection.execute(f"SET idle_in_transaction_session_timeout = {IDLE_MILLISECONDS}")
    connection.commit()


def _try_connection(engine: Engine, connection: Any, record: ConnectionPoolEntry) -> None:
    """Asks a connection that was left alone for long whether it still stands; when not, the pool gives another."""
    if SYSTEM_CLOCK.monotonic() - record.info.get("left", math.inf) > TRUSTED_SECONDS:
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as problem:
            raise InvalidatePoolError from problem


def _prepare_reader(connection: Any) -> None:
    prepare_sqlite(connection)
    connection.execute("PRAGMA query_only = ON")


def refuse_network_file(file: Path, mounts: Path = Path("/proc/self/mounts")) -> None:
    """Refuses a file on a network file system, where the kernel says so (Linux).

    Raises:
        DatabaseError: it stands on one.
    """
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    place = str(file.parent.resolve())
    best, system = "", ""
    for line in lines:
        point, kind = [*line.split(" "), "", "", ""][1:3]
        point = point.replace("\\040", " ")
        inside = place == point or place.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, system = point, kind
    if system in NETWORK_SYSTEMS:
        raise DatabaseError(
            f"{file} stands on a network file system ({system}), where SQLite loses data.",
            way_out="Put it on a local disk, or use PostgreSQL.",
        )
