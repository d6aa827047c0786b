"""Several processes on PostgreSQL and Redis: `celery -A builder.worker worker` and `python -m builder.keeper`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from builder.db import Database, open_database
from builder.kit.clock import SYSTEM_CLOCK
from builder.reviews import decide_review, open_reviews_of
from builder.runs import RunStory, Start, read_run
from builder.settings import read_settings
from builder.wiring import Application, open_application
from tests.contracts.plain import asking, copying, waiting
from tests.servers import PostgresServer, RedisServer
from tests.spares import Spares

pytestmark = pytest.mark.servers

ROOT = Path(__file__).resolve().parents[2]
Begin = Callable[..., "subprocess.Popen[str]"]
WORKER = ("celery", "-A", "builder.worker", "worker")
KEEPER = ("builder.keeper",)


@pytest.fixture
def environment(
    postgres: PostgresServer, spares: Spares, redis: RedisServer, tmp_path: Path
) -> Iterator[dict[str, str]]:
    name = spares.take()
    redis.flush()
    yield {
        "HANDRAIL_HOME": str(tmp_path),
        "HANDRAIL_DATABASE_URL": postgres.url(name),
        "HANDRAIL_BROKER_URL": redis.url,
        "HANDRAIL_LOG_LEVEL": "info",
    }
    spares.give_back(name)


@pytest.fixture
def application(environment: dict[str, str]) -> Iterator[Application]:
    with open_application(read_settings(environment)) as opened:
        yield opened


@pytest.fixture
def begin(environment: dict[str, str], tmp_path: Path) -> Iterator[Begin]:
    """Starts a process; a worker is returned when it holds its lease, so that it hears the next ring."""
    running: list[subprocess.Popen[str]] = []

    def start(*command: str, **more: str) -> subprocess.Popen[str]:
        log = (tmp_path / f"log-{len(running)}").open("w")
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, env={**os.environ, **environment, **more},
            stdout=log, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        log.close()
        running.append(process)
        return process

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
        process.wait(20)


def start(application: Application, document: Any) -> int:
    return application.start(document, Start({"text": "hello"}, "ana"))


def until(application: Application, run_id: int, *statuses: str, seconds: float = 60.0) -> RunStory:
    wanted = statuses or ("succeeded", "failed", "refused", "cancelled", "quarantined")
    end = time.monotonic() + seconds
    while True:
        with application.database.read() as session:
            story = read_run(session, run_id, application.payloads)
        if story.run.status in wanted:
            return story
        assert time.monotonic() < end, f"the run is {story.run.status}: {story.run.why}"
        time.sleep(0.01)


def decide(application: Application, run_id: int) -> None:
    with application.transaction() as session:
        (review,) = open_reviews_of(session, run_id)
        decide_review(session, review.id, by="Bob", decision="approve", now=SYSTEM_CLOCK.now())


def test_runs_reviews_and_timers_on_a_worker_of_its_own(application: Application, begin: Begin) -> None:
    begin(*WORKER)
    assert until(application, start(application, copying())).result == {"text": "hello"}
    run_id = start(application, asking())
    until(application, run_id, "waiting")
    decide(application, run_id)
    assert until(application, run_id).result == {"text": "hello"}
    assert until(application, start(application, waiting("PT2.2S"))).run.status == "succeeded"


def test_every_message_lost_is_rung_again(application: Application, begin: Begin, redis: RedisServer) -> None:
    runs = [start(application, copying()) for _ in range(10)]
    redis.flush()
    begin(*WORKER)
    for run_id in runs:
        assert until(application, run_id).run.status == "succeeded"


def test_a_broker_that_goes_away_and_comes_back(application: Application, begin: Begin, redis: RedisServer) -> None:
    worker = begin(*WORKER)
    until(application, start(application, copying()))
    redis.stop()
    runs = [start(application, copying()) for _ in range(5)]
    redis.start()
    for run_id in runs:
        assert until(application, run_id).run.status == "succeeded"
    assert worker.poll() is None


def test_sigterm_gives_back_and_another_worker_goes_on(application: Application, begin: Begin) -> None:
    first = begin(*WORKER)
    until(application, start(application, copying()))
    waits = start(application, waiting("PT1.5S"))  # short enough to stay in its worker's memory
    until(application, waits, "running")
    began = time.monotonic()
    first.send_signal(signal.SIGTERM)
    until(application, waits, "ready", "waiting", "succeeded")
    given_back = time.monotonic() - began
    assert first.wait(20) == 0
    begin(*WORKER)
    assert until(application, waits).run.status == "succeeded"
    assert given_back < 2.0


def test_a_keeper_alone_rings_and_chains(application: Application, begin: Begin, environment: dict[str, str]) -> None:
    database: Database = open_database(environment["HANDRAIL_DATABASE_URL"])
    run_id = start(application, copying())
    keeper = begin(*KEEPER)
    end = time.monotonic() + 30
    rings = 0
    while rings == 0 and time.monotonic() < end:
        with database.read() as session:
            rings = int(
                session.connection().exec_driver_sql(f"SELECT rings FROM run WHERE id = {run_id}").scalar() or 0
            )
    assert rings > 0
    keeper.send_signal(signal.SIGTERM)
    assert keeper.wait(20) == 0
    database.close()


def test_logs_are_json_lines_without_payloads(application: Application, begin: Begin, tmp_path: Path) -> None:
    worker = begin(*WORKER)
    until(application, start(application, copying()))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0
    text = (tmp_path / "log-0").read_text()
    assert "hello" not in text
    for line in text.splitlines():
        if line.startswith("{"):
            assert {"event", "level", "timestamp"} <= set(json.loads(line))


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"HANDRAIL_BROKER_URL": ""}, "A worker process needs HANDRAIL_BROKER_URL."),
        ({"HANDRAIL_LOG_LEVEL": "loud"}, "HANDRAIL_LOG_LEVEL: it must be one of"),
    ],
)
def test_a_worker_that_cannot_start_says_why(begin: Begin, tmp_path: Path, more: dict[str, str], sentence: str) -> None:
    assert begin(*WORKER, **more).wait(30) == 2
    text = (tmp_path / "log-0").read_text()
    assert sentence in text
    assert "Traceback" not in text
