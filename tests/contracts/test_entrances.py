"""`handrail api`, `worker`, `keeper` and `migrate`: real processes, watched from their side door."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from builder.db import newest_revision, open_database
from builder.processes import list_processes
from builder.runs import Start, read_run
from builder.settings import read_settings
from builder.wiring import open_application
from tests.contracts.plain import copying
from tests.servers import PostgresServer, RedisServer

pytestmark = pytest.mark.servers

ROOT = Path(__file__).resolve().parents[2]
Begin = Callable[..., "subprocess.Popen[str]"]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def environment(postgres: PostgresServer, redis: RedisServer, tmp_path: Path) -> Iterator[dict[str, str]]:
    """An installation of several processes whose database is empty."""
    name = f"entrances_{time.monotonic_ns()}"
    redis.flush()
    yield {
        "HANDRAIL_HOME": str(tmp_path),
        "HANDRAIL_DATABASE_URL": postgres.create_database(name),
        "HANDRAIL_BROKER_URL": redis.url,
        "HANDRAIL_LOG_LEVEL": "info",
    }
    postgres.drop_database(name)


@pytest.fixture
def begin(environment: dict[str, str], tmp_path: Path) -> Iterator[Begin]:
    running: list[subprocess.Popen[str]] = []

    def start(*command: str, **more: str) -> subprocess.Popen[str]:
        with (tmp_path / f"log-{len(running)}").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "builder.cli", *command], cwd=ROOT, text=True,
                env={**os.environ, **environment, **more}, stdout=subprocess.DEVNULL, stderr=log,
            )  # fmt: skip
        running.append(process)
        return process

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
        process.wait(20)


def wait_for(address: str, process: subprocess.Popen[str], status: int = 200) -> str:
    """What an address says once it answers so."""
    end = time.monotonic() + 60
    while True:
        assert process.poll() is None, f"the process ended with {process.returncode}"
        try:
            answer = httpx.get(address, trust_env=False)
            if answer.status_code == status:
                return answer.text
        except httpx.TransportError:
            pass
        assert time.monotonic() < end, f"{address} does not answer"
        time.sleep(0.05)


def migrate(environment: dict[str, str], *options: str) -> tuple[int, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "builder.cli", "migrate", "--json", *options], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, **environment}, check=False,
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout)


def probe(environment: dict[str, str]) -> int:
    return subprocess.run(
        [sys.executable, "-m", "builder.cli", "probe"], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, **environment}, check=False,
    ).returncode  # fmt: skip


def lines_of(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()]


def test_nobody_but_migrate_makes_tables(begin: Begin, environment: dict[str, str], tmp_path: Path) -> None:
    processes = [begin(role) for role in ("api", "worker", "keeper")]
    for number, process in enumerate(processes):
        assert process.wait(60) == 2
        assert "Run `handrail migrate` first." in (tmp_path / f"log-{number}").read_text()
    assert migrate(environment, "--check")[0] == 1
    code, done = migrate(environment)
    assert (code, done["before"], done["after"]) == (0, None, newest_revision())
    assert migrate(environment, "--check")[0] == 0
    assert migrate(environment)[1]["before"] == newest_revision()


def test_a_worker_is_watched_works_and_leaves(begin: Begin, environment: dict[str, str], tmp_path: Path) -> None:
    migrate(environment)
    port = free_port()
    worker = begin("worker", HANDRAIL_METRICS_ADDRESS=f"127.0.0.1:{port}")
    door = f"http://127.0.0.1:{port}"
    assert wait_for(f"{door}/ready", worker) == "ok\n"
    with open_application(read_settings(environment)) as application:
        run_id = application.start(copying(), Start({"text": "hello"}, "ana"))
        end = time.monotonic() + 60
        status = ""
        while status != "succeeded":
            assert time.monotonic() < end, status
            with application.database.read() as session:
                status = read_run(session, run_id, application.payloads).run.status
        with application.database.read() as session:
            assert [process.role for process in list_processes(session)] == ["worker"]
    figures = httpx.get(f"{door}/metrics", trust_env=False).text
    assert 'handrail_runs_left_total{mode="live",state="succeeded"} 1.0' in figures
    assert 'handrail_commit_seconds_count{kind="claim"}' in figures
    assert "handrail_run_queue_seconds_count 1.0" in figures
    assert "hello" not in figures
    assert httpx.get(f"{door}/elsewhere", trust_env=False).status_code == 404
    began = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0
    assert time.monotonic() - began < 10
    lines = lines_of(tmp_path / "log-0")
    assert {line["role"] for line in lines} <= {"worker"}
    database = open_database(environment["HANDRAIL_DATABASE_URL"])
    with database.read() as session:
        assert list(list_processes(session)) == [], "who leaves says so"
    database.close()


def test_a_keeper_and_an_api_are_watched_and_leave(begin: Begin, environment: dict[str, str]) -> None:
    migrate(environment)
    ports = [free_port() for _ in range(3)]
    keeper = begin("keeper", HANDRAIL_METRICS_ADDRESS=f"127.0.0.1:{ports[0]}")
    api = begin("api", "--port", str(ports[1]), HANDRAIL_METRICS_ADDRESS=f"127.0.0.1:{ports[2]}")
    for port, process in ((ports[0], keeper), (ports[2], api)):
        assert wait_for(f"http://127.0.0.1:{port}/health", process) == "ok\n"
        assert wait_for(f"http://127.0.0.1:{port}/ready", process) == "ok\n"
    assert json.loads(wait_for(f"http://127.0.0.1:{ports[1]}/api/ready", api)) == {"ok": True}
    assert "handrail_" not in httpx.get(f"http://127.0.0.1:{ports[1]}/metrics", trust_env=False).text
    figures = httpx.get(f"http://127.0.0.1:{ports[2]}/metrics", trust_env=False).text
    assert 'handrail_http_requests_total{method="GET",route="/api/ready",status="200"}' in figures
    assert "handrail_reviews_waiting 0.0" in figures
    asked = {**environment, "HANDRAIL_METRICS_ADDRESS": f"0.0.0.0:{ports[2]}"}
    assert probe(asked) == 0
    api.send_signal(signal.SIGSTOP)
    assert probe(asked) == 1, "who hangs is not well"
    api.send_signal(signal.SIGCONT)
    for process in (keeper, api):
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_an_api_that_nobody_owns_is_not_reached_by_others_unless_it_is_told(
    begin: Begin, environment: dict[str, str], tmp_path: Path
) -> None:
    migrate(environment)
    assert begin("api", "--host", "0.0.0.0", "--port", "0").wait(60) == 2
    said = (tmp_path / "log-0").read_text()
    assert "Nobody can sign in here yet, so only this machine may reach it." in said
    assert "`handrail owner`" in said
    port = free_port()
    api = begin("api", "--host", "0.0.0.0", "--port", str(port), "--ownerless")
    assert json.loads(wait_for(f"http://127.0.0.1:{port}/api/ready", api)) == {"ok": True}
    assert httpx.get(f"http://127.0.0.1:{port}/api/workflows", trust_env=False).status_code == 401


def test_a_side_door_that_is_taken_is_said(begin: Begin, environment: dict[str, str], tmp_path: Path) -> None:
    migrate(environment)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        keeper = begin("keeper", HANDRAIL_METRICS_ADDRESS=f"127.0.0.1:{taken.getsockname()[1]}")
        assert keeper.wait(60) == 2
    assert "Nobody can listen on 127.0.0.1" in (tmp_path / "log-0").read_text()


def test_one_process_is_told_that_it_is_alone(begin: Begin, tmp_path: Path) -> None:
    assert begin("api", HANDRAIL_BROKER_URL="").wait(60) == 2
    assert "An API process needs HANDRAIL_BROKER_URL." in (tmp_path / "log-0").read_text()
