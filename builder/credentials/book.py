"""The book of model connections: those of the environment and those that admins wrote, live in every process."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace

from sqlalchemy.orm import Session

from builder.credentials.lend import Lender
from builder.credentials.schemas import ConnectionRow
from builder.credentials.store import connections as store
from builder.providers import DEFAULT, Connection

FRESH = 1.0
"""Seconds for which the book is believed before the revision is read again. What must be exact asks the database."""

Read = Callable[[], AbstractContextManager[Session]]


class ConnectionBook(Mapping[str, Connection]):
    """Name → connection, as they are now; those that are switched off are not in it.

    Args:
        own: those of the environment, which nobody changes here; `default` is among them.
        read: opens a session that reads.
        lender: lends their keys.
    """

    def __init__(self, own: Mapping[str, Connection], read: Read, lender: Lender | None = None) -> None:
        self._own = own
        self._read = read
        self._lender = lender
        self._held: Mapping[str, Connection] = own
        self._chosen: str | None = None
        self._revision = -1
        self._looked_at = float("-inf")
        self._looking = threading.Lock()

    @property
    def own(self) -> Mapping[str, Connection]:
        """Those of the environment."""
        return self._own

    def lend_by(self, lender: Lender) -> None:
        """Who lends the keys, in a process that asks models."""
        self._lender = lender
        self.forget()

    def forget(self) -> None:
        """Looks again the next time: something was just changed here."""
        self._revision, self._looked_at = -1, float("-inf")

    def find_true_name(self, name: str) -> str:
        """The name under which a connection was opened: of `default` that of the one that it is at present.

        Where the environment says `default` and nothing else is the same, that is its own name.
        """
        if name != DEFAULT:
            return name
        held = self._now()
        return _name_default(self._own, self._chosen if self._chosen in held else None)

    def __getitem__(self, name: str) -> Connection:
        return self._now()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now())

    def __len__(self) -> int:
        return len(self._now())

    def _now(self) -> Mapping[str, Connection]:
        if time.monotonic() - self._looked_at > FRESH and self._looking.acquire(blocking=self._revision < 0):
            try:
                self._look()
            finally:
                self._looking.release()
        return self._held

    def _look(self) -> None:
        with self._read() as session:
            revision, chosen = store.read_choice(session)
            if revision != self._revision:
                rows = store.list_all_connections(session) if revision else []
                self._held = join_connections(self._own, rows, chosen, self._lender)
                self._chosen = chosen
                self._revision = revision
        self._looked_at = time.monotonic()


def join_connections(
    own: Mapping[str, Connection], rows: list[ConnectionRow], chosen: str | None, lender: Lender | None
) -> Mapping[str, Connection]:
    """All that can be asked, by name; the environment's own names are nobody else's."""
    found = {row.name: connection_of(row, lender) for row in rows if row.off_at is None} | dict(own)
    if chosen is not None and chosen in found:
        found[DEFAULT] = replace(found[chosen], name=DEFAULT)
    return found


def find_true_connections(
    session: Session, own: Mapping[str, Connection], names: Collection[str]
) -> dict[str, Connection]:
    """Those of these names that can be asked now, by the names under which they were opened. Reads the database.

    Args:
        session: any session.
        own: those of the environment.
        names: as workflows say them; `default` is among them where one says so.
    """
    revision, chosen = store.read_choice(session)
    rows = store.find_connections_named(session, [*names, chosen or ""]) if revision else {}
    now = join_connections(own, list(rows.values()), chosen, None)
    usual = _name_default(own, chosen if chosen in now else None)
    return {usual if name == DEFAULT else name: now[name] for name in names if name in now}


def _name_default(own: Mapping[str, Connection], chosen: str | None) -> str:
    if chosen is not None:
        return chosen
    usual = _place(own[DEFAULT])
    return next((name for name, each in own.items() if name != DEFAULT and _place(each) == usual), DEFAULT)


def _place(connection: Connection) -> tuple[str, str, str]:
    return connection.provider, connection.model, connection.base_url


def connection_of(row: ConnectionRow, lender: Lender | None = None) -> Connection:
    """A row as whoever asks models wants it."""
    said, lends = row.wanted, None
    number = said.credential_id
    if number is not None and lender is not None:
        lends = _Lend(lender, number, row.name, said.base_url)
    return Connection(
        row.name, said.provider, said.model, said.base_url, "", said.hosted, said.region, said.price_in,
        said.price_out, said.max_concurrency, said.timeout, lends,
    )  # fmt: skip


class _Lend:
    """Fetches a connection's key for one question."""

    def __init__(self, lender: Lender, credential_id: int, name: str, url: str) -> None:
        self._lender = lender
        self._place = (credential_id, name, url)

    async def __call__(self, asker: str) -> str:
        return await asyncio.to_thread(self._lender.take_key, *self._place, asker)
