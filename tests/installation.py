"""An installation of several processes on PostgreSQL and Redis, each of them a real one."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from tests.servers import PostgresServer, RedisServer

ROOT = Path(__file__).resolve().parents[1]
_OWNERS = "SELECT worker.pid FROM run JOIN worker ON worker.id = run.owner WHERE run.status = 'running' LIMIT 1"


@dataclass
class Installation:
    """Processes that share a database, a broker and a folder.

    Attributes:
        folder: what they keep, and a log of each.
        url: where people reach it.
        environment: their settings.
    """

    folder: Path
    url: str
    environment: dict[str, str]
    _running: list[subprocess.Popen[str]] = field(default_factory=list)

    def begin(self, *command: str) -> subprocess.Popen[str]:
        """Starts `handrail` with these words and leaves it running."""
        with (self.folder / f"log-{len(self._running)}-{command[0]}").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "builder.cli", *command], cwd=ROOT, env=self.environment, stdout=log, stderr=log,
                text=True,
            )  # fmt: skip
        self._running.append(process)
        return process

    def command(self, *words: str) -> Any:
        """Runs `handrail` with these words to its end, and gives the JSON that it says."""
        done = subprocess.run(
            [sys.executable, "-m", "builder.cli", *words, "--json"], cwd=ROOT, env=self.environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def serve(self) -> subprocess.Popen[str]:
        """Starts an API, which answers at `url` when this returns."""
        process = self.begin("api", "--port", self.url.rpartition(":")[2])
        until(lambda: process.poll() is not None or _is_ready(self.url))
        assert process.poll() is None, "the API did not start"
        return process

    def read_log(self, number: int, command: str) -> str:
        """What the process that was started so manieth said."""
        return (self.folder / f"log-{number}-{command}").read_text("utf-8")

    def kill_owner(self) -> int:
        """SIGKILL for the worker that has a run in its hands; gives its process id."""
        pid: int = until(self._find_owner)
        (victim,) = (process for process in self._running if process.pid == pid)
        os.kill(pid, signal.SIGKILL)
        assert victim.wait(20) == -signal.SIGKILL
        return pid

    def _find_owner(self) -> int | None:
        address = self.environment["HANDRAIL_DATABASE_URL"].replace("+psycopg", "")
        with psycopg.connect(address) as connection:
            row = connection.execute(_OWNERS).fetchone()
        return None if row is None else int(row[0])

    def stop(self) -> None:
        """SIGTERM for all; each must end by itself, but for one that was killed."""
        for process in self._running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self._running:
            assert process.wait(60) in (0, -signal.SIGKILL), f"{process.args} ended with {process.returncode}"


@contextmanager
def open_installation(
    postgres: PostgresServer, redis: RedisServer, folder: Path, **settings: str
) -> Iterator[Installation]:
    """An installation with its tables and nothing in them, in which no process runs yet."""
    name = f"installation_{time.monotonic_ns()}"
    redis.flush()
    kept = {k: v for k, v in os.environ.items() if not k.endswith("_API_KEY") and k != "OLLAMA_HOST"}
    url = f"http://127.0.0.1:{_free_port()}"
    installation = Installation(
        folder,
        url,
        {
            **kept,
            "HANDRAIL_HOME": str(folder),
            "HANDRAIL_DATABASE_URL": postgres.create_database(name),
            "HANDRAIL_BROKER_URL": redis.url,
            "HANDRAIL_URL": url,
            "HANDRAIL_LOG_LEVEL": "info",
            **settings,
        },
    )
    try:
        installation.command("migrate")
        yield installation
    finally:
        installation.stop()
        postgres.drop_database(name)


def until(holds: Callable[[], Any], seconds: float = 90.0) -> Any:
    """What holds, as soon as it does."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, f"not within {seconds:.0f} s"
        time.sleep(0.05)
    return found


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/ready", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
