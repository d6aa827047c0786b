"""A keeper of schedules in a process of its own, to be killed; and the database's clock in the test's hand.

All processes of one test read the same clock, a row of the database, as in life they read the database's own.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Self

from sqlalchemy import text

from builder.db import columns, open_database, to_milliseconds
from builder.db.database import _COMPILED
from builder.settings import read_settings
from builder.triggers import keep_schedules
from builder.wiring import open_application

_HATCHERY = multiprocessing.get_context("forkserver")
_HATCHERY.set_forkserver_preload(["tests.contracts.keeper_process"])
CLOCK = "(SELECT ms FROM hand_clock)"


class HandClock:
    """The clock of a database, moved by hand."""

    def __init__(self, address: str, moment: datetime) -> None:
        self._database = open_database(address)
        self.now = moment
        with self._database.transaction() as session:
            session.execute(text("CREATE TABLE hand_clock (ms BIGINT NOT NULL)"))
            session.execute(text("INSERT INTO hand_clock VALUES (:ms)"), {"ms": to_milliseconds(moment)})

    def set(self, moment: datetime) -> None:
        """It shows this from now on, forwards or back."""
        self.now = moment
        with self._database.transaction() as session:
            session.execute(text("UPDATE hand_clock SET ms = :ms"), {"ms": to_milliseconds(moment)})

    def close(self) -> None:
        self._database.close()


def read_hand_clock() -> None:
    """Lets this process read that clock, in every database that it opens from now on."""
    columns.SQLITE_CLOCK = columns.POSTGRES_CLOCK = CLOCK


@contextmanager
def hand_clock() -> Iterator[None]:
    """As long as it lasts, this process reads that clock, and keeps no statement that reads another."""
    own = columns.SQLITE_CLOCK, columns.POSTGRES_CLOCK
    _COMPILED.clear()
    read_hand_clock()
    yield
    columns.SQLITE_CLOCK, columns.POSTGRES_CLOCK = own
    _COMPILED.clear()


def keep(said: dict[str, str], ready: Any, stopping: Any) -> None:
    """What such a process does."""
    read_hand_clock()
    application = open_application(read_settings(said))
    ready.set()
    while not stopping.is_set():
        keep_schedules(application)
        stopping.wait(0.005)
    application.close()


class Keeper:
    """Such a process, from outside."""

    def __init__(self, said: dict[str, str]) -> None:
        self._ready, self._stopping = _HATCHERY.Event(), _HATCHERY.Event()
        self._process = _HATCHERY.Process(target=keep, args=(said, self._ready, self._stopping), daemon=True)
        self._process.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def wait_ready(self) -> None:
        assert self._ready.wait(60), "it never came up"

    def kill(self) -> None:
        """At once, whatever it is doing."""
        if self._process.exitcode is None:
            self._process.kill()
        self._process.join(10)
