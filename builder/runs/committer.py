"""The Committer writes for a worker process: callers on its event loop wait, threads commit.

On SQLite one thread merges whatever waits into one transaction. On PostgreSQL a few threads commit side by side, and
the server merges their syncs. A commit whose end nobody saw (the connection broke after COMMIT was sent) is looked up
before anything is decided.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

import psycopg
import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from builder.db import Database, OwnConnection, driver_of
from builder.runs.failpoints import failpoint
from builder.runs.hot import Claim, Committed, FencedError, News, PostgresHot, SqliteHot, StepCommit
from builder.telemetry import SILENCE, Telemetry

T = TypeVar("T")

_log = structlog.get_logger("builder.runs")
_THREADS_ON_POSTGRES = 4
_MERGED_AT_MOST = 256
PAUSES = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


@dataclass(slots=True)
class _Wish(Generic[T]):
    """One thing to commit.

    Attributes:
        point: what its fail-points are called.
        act: does it on the driver's connection, inside a transaction.
        seen: reads whether it has been committed; its answer if so, else None.
        beside: what other rooms write in the same transaction.
        loose: it may be lost with the power.
    """

    point: str
    act: Callable[[Any], T]
    seen: Callable[[Any], T | None]
    beside: tuple[Callable[[Session], None], ...]
    loose: bool
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[T]
    answer: T | None = None
    problem: BaseException | None = None

    def tell(self) -> None:
        """Gives the caller its answer, on its loop."""
        if self.future.done():
            return
        if self.problem is not None:
            self.future.set_exception(self.problem)
        else:
            self.future.set_result(self.answer)  # type: ignore[arg-type]  # set whenever there is no problem


class Committer:
    """Commits claims and steps for one process."""

    def __init__(self, database: Database, telemetry: Telemetry = SILENCE) -> None:
        self._database = database
        self._telemetry = telemetry
        self._sqlite = database.dialect == "sqlite"
        self._hot: SqliteHot | PostgresHot = SqliteHot() if self._sqlite else PostgresHot()
        self._wishes: SimpleQueue[_Wish[Any] | None] = SimpleQueue()
        self._stopping = threading.Event()
        count = 1 if self._sqlite else _THREADS_ON_POSTGRES
        self._threads = [
            threading.Thread(target=self._work, name=f"handrail-committer-{number}", daemon=True)
            for number in range(count)
        ]

    def start(self) -> None:
        """Starts the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends the threads when everything that waits is committed."""
        self._stopping.set()
        for _ in self._threads:
            self._wishes.put(None)
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    async def claim(self, run_id: int, owner: str) -> Claim | None:
        """Makes a ready run ours; None when it is not ready (any more)."""

        def seen(connection: Any) -> Claim | None:
            return self._hot.read_claim(connection, run_id, owner)

        return await self._wish("claim", lambda c: self._hot.claim(c, run_id, owner), seen, (), loose=True)

    async def commit(
        self, commit: StepCommit, *, synced: bool, beside: tuple[Callable[[Session], None], ...] = ()
    ) -> Committed:
        """Adds rows to a run's record under the fence, and what other rooms write beside them.

        Raises:
            FencedError: the run is not ours any more.
        """

        def act(connection: Any) -> Committed:
            return self._hot.commit(connection, commit, synced=synced)

        def seen(connection: Any) -> Committed | None:
            return self._hot.read_committed(connection, commit)

        return await self._wish("steps", act, seen, beside, loose=not synced)

    async def beat(self, owner: str, lease: int) -> list[News] | None:
        """Prolongs a worker's lease by milliseconds; what was told to its runs, or None when it was declared dead."""

        def act(connection: Any) -> tuple[list[News] | None]:
            return (self._hot.beat(connection, owner, lease),)

        return (await self._wish("beat", act, lambda _: None, (), loose=True))[0]

    async def _wish(
        self,
        point: str,
        act: Callable[[Any], T],
        seen: Callable[[Any], T | None],
        beside: tuple[Callable[[Session], None], ...],
        *,
        loose: bool,
    ) -> T:
        loop = asyncio.get_running_loop()
        wish = _Wish(point, act, seen, beside, loose, loop, loop.create_future())
        began = loop.time()
        self._wishes.put(wish)
        answer: T = await wish.future
        self._telemetry.count_commit(point, loop.time() - began)
        return answer

    # ------------------------------------------------------------------ the threads

    def _work(self) -> None:
        connection: OwnConnection | None = None
        while (wish := self._wishes.get()) is not None:
            batch = [wish]
            while self._sqlite and len(batch) < _MERGED_AT_MOST and not self._wishes.empty():
                if (other := self._wishes.get()) is None:
                    self._wishes.put(None)
                    break
                batch.append(other)
            connection = self._commit_all(connection, batch)
            self._tell(batch)
        _discard(connection)

    def _commit_all(self, connection: OwnConnection | None, batch: list[_Wish[Any]]) -> OwnConnection | None:
        """Commits in one transaction; when that fails, each alone. Gives the connection to go on with."""
        try:
            connection = connection or self._database.open_connection()
            if any(wish.beside for wish in batch):
                self._transact_beside(connection, batch)
            else:
                self._transact(connection, batch)
        except Exception as problem:  # anything: each wish is then looked up or tried alone, and told its own problem
            _discard(connection)
            connection = None
            _log.warning("commit_tried_again", problem=str(problem), wishes=len(batch))
            for wish in batch:
                self._until_known(wish)
        return connection

    def _commit_alone(self, wish: _Wish[Any]) -> None:
        wish.answer = wish.problem = None
        connection = self._database.open_connection()
        try:
            if wish.beside:
                self._transact_beside(connection, [wish])
            else:
                self._transact(connection, [wish])
        finally:
            _discard(connection)

    def _transact(self, connection: OwnConnection, batch: list[_Wish[Any]]) -> None:
        """Commits by the driver alone."""
        driver, point = connection.driver, batch[0].point
        if not self._sqlite:
            driver.autocommit = True
            failpoint(f"{point}.before_commit")
            _act(batch[0], driver)
            failpoint(f"{point}.after_commit")
            return
        with self._database.writing:
            driver.execute(f"PRAGMA synchronous = {'NORMAL' if all(wish.loose for wish in batch) else 'FULL'}")
            driver.execute("BEGIN IMMEDIATE")
            for wish in batch:
                _act(wish, driver)
            failpoint(f"{point}.before_commit")
            driver.execute("COMMIT")
        failpoint(f"{point}.after_commit")

    def _transact_beside(self, connection: OwnConnection, batch: list[_Wish[Any]]) -> None:
        """Commits on a session, which other rooms write into too."""
        if self._sqlite:
            connection.driver.execute("PRAGMA synchronous = FULL")
        else:
            connection.driver.autocommit = False
        with self._database.transaction(connection) as session:
            driver = driver_of(session)
            for wish in batch:
                _act(wish, driver)
                for write in wish.beside if wish.problem is None else ():
                    write(session)
            failpoint("session.before_commit")
        failpoint("session.after_commit")

    def _until_known(self, wish: _Wish[Any]) -> None:
        """Commits once what may be committed already, however often the database goes away meanwhile."""
        turn = 0
        while not self._look_up(wish):
            try:
                self._commit_alone(wish)
                return
            except Exception as problem:  # told to whoever waits, or tried again: nothing is lost silently
                if not is_away(problem) or (self._stopping.is_set() and turn > len(PAUSES)):
                    wish.problem = problem
                    return
                _log.warning("database_away", problem=str(problem), turn=turn)
            self._stopping.wait(PAUSES[min(turn, len(PAUSES) - 1)])
            turn += 1

    def _look_up(self, wish: _Wish[Any]) -> bool:
        """Whether the wish is settled: it has been committed, or cannot be any more."""
        wish.answer = wish.problem = None
        connection = None
        try:
            connection = self._database.open_connection()
            wish.answer = wish.seen(connection.driver)
        except FencedError as fenced:
            wish.problem = fenced
            return True
        except Exception as problem:  # told to whoever waits, unless the database is only away
            if is_away(problem):
                return False
            wish.problem = problem
            return True
        finally:
            _discard(connection)
        return wish.answer is not None

    @staticmethod
    def _tell(batch: list[_Wish[Any]]) -> None:
        for loop in {wish.loop for wish in batch}:
            mine = tuple(wish for wish in batch if wish.loop is loop)
            try:
                loop.call_soon_threadsafe(_tell_all, mine)
            except RuntimeError:  # the loop is closed: nobody waits any more
                _log.warning("answer_unheard", wishes=len(mine))


def _act(wish: _Wish[Any], connection: Any) -> None:
    try:
        wish.answer = wish.act(connection)
    except FencedError as fenced:
        wish.problem = fenced


def is_away(problem: BaseException) -> bool:
    """Whether a database error means that the database cannot be reached just now, so that trying again may help."""
    if isinstance(problem, DBAPIError):
        return problem.orig is not None and is_away(problem.orig)
    if isinstance(problem, sqlite3.OperationalError):
        return "locked" in str(problem) or "busy" in str(problem)
    return isinstance(problem, psycopg.OperationalError | psycopg.InterfaceError)


def _tell_all(wishes: tuple[_Wish[Any], ...]) -> None:
    for wish in wishes:
        wish.tell()


def _discard(connection: OwnConnection | None) -> None:
    if connection is not None:
        with suppress(psycopg.Error, sqlite3.Error):
            connection.driver.close()
