"""Fixtures that give one test both back ends: SQLite in one process, and PostgreSQL with Redis. A `conftest.py` that
wants them says `from tests.backends import *`. Servers start when the first test asks for them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from builder.db import Database, open_database
from tests.servers import PostgresServer, RedisServer
from tests.spares import Spares

__all__ = ["Backend", "backend", "database", "postgres", "postgres_template", "redis", "shared_backend", "spares"]


@dataclass(frozen=True)
class Backend:
    """Where one test's runs live.

    Attributes:
        name: `sqlite` or `servers`.
        address: of a fresh database with its tables.
        broker: Celery's broker, or None for the in-process one.
        folder: a fresh folder for payloads and keys.
    """

    name: str
    address: str
    broker: str | None
    folder: Path


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    server = PostgresServer()
    yield server
    server.close()


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisServer]:
    server = RedisServer()
    yield server
    server.close()


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    database = open_database(postgres.create_database("migrated"))
    database.upgrade()
    database.close()
    return "migrated"


@pytest.fixture(scope="session")
def spares(postgres: PostgresServer, postgres_template: str) -> Spares:
    return Spares(postgres, postgres_template)


BACKENDS = ["sqlite", pytest.param("servers", marks=pytest.mark.servers)]


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    with open_backend(request, tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module", params=BACKENDS)
def shared_backend(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """One for all tests of a module that change nothing in it."""
    with open_backend(request, tmp_path_factory.mktemp("shared")) as opened:
        yield opened


@contextmanager
def open_backend(request: pytest.FixtureRequest, folder: Path) -> Iterator[Backend]:
    """A fresh back end, as the request's parameter says."""
    if request.param == "sqlite":
        file = folder / "handrail.db"
        shutil.copy(request.getfixturevalue("migrated_file"), file)
        yield Backend("sqlite", f"sqlite:///{file}", None, folder)
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    broker: RedisServer = request.getfixturevalue("redis")
    spares: Spares = request.getfixturevalue("spares")
    name = spares.take()
    broker.flush()
    yield Backend("servers", server.url(name), broker.url, folder)
    spares.give_back(name)


@pytest.fixture
def database(backend: Backend) -> Iterator[Database]:
    opened = open_database(backend.address)
    yield opened
    opened.close()
