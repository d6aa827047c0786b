"""What every test shares: how many random cases are tried, that a pure test opens no socket, and that after the last
one no credential stands anywhere.
"""

from __future__ import annotations

import functools
import itertools
import os
import re
import socket
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from builder.kit.memory import loading
from tests.canaries import pytest_runtest_logreport, pytest_sessionfinish, pytest_terminal_summary

__all__ = ["pytest_runtest_logreport", "pytest_sessionfinish", "pytest_terminal_summary"]

# The fast suite tries the same cases each time, so that what is green stays green; the deep one draws new ones.
settings.register_profile(
    "fast", max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("deep", max_examples=2_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))

PURE = {"kit", "engine", "house", "patterns"}
_numbers = itertools.count(1)
HERE = Path(__file__).resolve().parent


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is loaded and collected stays to the end: nobody need look at it for garbage, then or later."""
    with loading():
        return (yield)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with its tables and nothing in them, made once: a test works in a copy."""
    from builder.db import open_database  # most tests need none, and it takes a while to load

    file = tmp_path_factory.mktemp("migrated") / "handrail.db"
    database = open_database(str(file))
    database.upgrade()
    database.close()
    return file


@functools.cache
def find_room(file: Path) -> str:
    """The folder of tests that a file stands in; empty for one that stands elsewhere."""
    return file.relative_to(HERE).parts[0] if HERE in file.parents else ""


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the test's own. Pytest's reads the names of all others to find the next, and links to the last."""
    name = re.sub(r"\W", "_", request.node.name)[:30]
    return tmp_path_factory.mktemp(f"{name}-{next(_numbers)}", numbered=False)


@pytest.fixture(autouse=True)
def closed_sockets(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the tests of the heart nothing may open a socket."""
    if find_room(request.node.path) not in PURE:
        return

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a pure test opened a socket")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "bind", refuse)
