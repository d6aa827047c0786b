"""Canaries: what the suite's credentials hold is looked for in all that the suite left behind, after it ran.

Whatever a test puts into a credential begins with `canary-`, four to eight hex digits and a dash. When everything ran,
the files of all tests (databases with their logs, payloads, exports, backups, what processes wrote), the output of
every test, the answers of the API, what the browser of a journey received, and the rows of each PostgreSQL database
are searched for it; whatever is found fails the session. Encoded forms count as well: base64, hex, and what is packed
into gzip or zip.

A test that leaks on purpose, to show that this can fail, works with another word and takes its files away.
"""

from __future__ import annotations

import base64
import gzip
import os
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

LEAKS = "leaks.txt"
"""File in a process's folder of temporary files, to which it adds what it saw."""
_MOST = 512 * 1024 * 1024


@dataclass
class Watch:
    """Looks for one word in every form.

    Attributes:
        word: what each canary begins with.
        found: where it stood.
    """

    word: str = "canary"
    found: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        plain = f"{self.word}-".encode()
        # In base64 a text of three bytes at a time stands as it is, from whichever of three places it begins.
        self._marks = [plain, plain.hex().encode(), *_in_base64(plain)]
        self._is_one = re.compile(re.escape(plain) + rb"[0-9a-f]{4,8}-")

    def holds(self, data: bytes) -> bool:
        """Whether a canary stands in some bytes."""
        if self._is_one.search(data):
            return True
        return any(mark in data for mark in self._marks[1:])

    def look_at(self, place: str, data: bytes) -> None:
        """Notes it where one does, packed or not."""
        if self.holds(data) or any(self.holds(each) for each in _unpack(data)):
            self.found.append(place)

    def look_into(self, folder: Path) -> None:
        """Looks at every file of a folder; of a folder in it whose process looked itself, its notes are taken in."""
        for place, folders, names in os.walk(folder):
            if LEAKS in names and Path(place).parent == folder:
                self.found += (Path(place) / LEAKS).read_text("utf-8").splitlines()
                folders.clear()
                continue
            folders.sort()
            for name in sorted(names):
                file = Path(place) / name
                if not file.is_symlink() and file.is_file() and file.stat().st_size <= _MOST:
                    self.look_at(str(file.relative_to(folder)), file.read_bytes())

    def look_into_database(self, address: str, name: str) -> None:
        """Looks at every row of a PostgreSQL database that has credentials in it."""
        with psycopg.connect(address, autocommit=True) as connection:
            tables = [str(row[0]) for row in connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")]  # fmt: skip
            if "credential" not in tables or not _has_rows(connection, "credential"):
                return
            for table in tables:
                query = sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table))
                rows = "\n".join(str(row[0]) for row in connection.execute(query))
                self.look_at(f"table {table} of {name}", rows.encode())


def _has_rows(connection: psycopg.Connection, table: str) -> bool:
    query = sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(table))
    return connection.execute(query).fetchone() is not None


def _in_base64(plain: bytes) -> Iterator[bytes]:
    for lead in range(3):
        said = base64.b64encode(b"\x00" * lead + plain)
        first = (0, 2, 3)[lead]
        yield said[first : (len(plain) + lead) * 8 // 6]


def _unpack(data: bytes) -> Iterator[bytes]:
    """What is packed in some bytes, one level deep."""
    if data[:2] == b"\x1f\x8b":
        try:
            yield gzip.decompress(data)
        except (OSError, EOFError, zlib.error):
            return  # cut off, or only looks like it
    elif data[:4] == b"PK\x03\x04":
        try:
            with zipfile.ZipFile(BytesIO(data)) as packed:
                yield from (packed.read(name) for name in packed.namelist())
        except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError):
            return  # cut off, sealed, or only looks like it


# ---------------------------------------------------------------- of the session

WATCH = Watch()
"""What this process saw."""


def watch_answer(method: str, url: str, body: bytes) -> None:
    """An answer of the API, as it went out, or as a browser had it."""
    if WATCH.holds(body):
        WATCH.found.append(f"the answer to {method} {url} in {_test()}")


def watch_database(address: str, name: str) -> None:
    """A PostgreSQL database that is about to go."""
    before = len(WATCH.found)
    try:
        WATCH.look_into_database(address, name)
    except psycopg.OperationalError:
        return  # it was killed, or is away already
    WATCH.found[before:] = [f"{each}, after {_test()}" for each in WATCH.found[before:]]


def _test() -> str:
    return os.environ.get("PYTEST_CURRENT_TEST", "the end").partition(" ")[0]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """What a test printed and logged; of one that failed, all that pytest tells of it."""
    if report.failed:
        return  # its values are shown to whoever looks at it, on purpose
    for title, text in report.sections:
        if WATCH.holds(text.encode("utf-8", "replace")):
            WATCH.found.append(f"{title} of {report.nodeid}")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """The search. Each worker of many looks at its own files and notes what it saw; who has all of them at the rest."""
    factory = getattr(session.config, "_tmp_path_factory", None)
    if factory is None:
        return
    folder: Path = factory.getbasetemp()
    WATCH.look_into(folder)
    if hasattr(session.config, "workerinput"):
        (folder / LEAKS).write_text("\n".join(WATCH.found), encoding="utf-8")
        return
    if WATCH.found and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says where credentials were found."""
    if WATCH.found:
        terminalreporter.section("what credentials hold was found", red=True)
        for place in _once(WATCH.found):
            terminalreporter.line(place)


def _once(places: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(places))
