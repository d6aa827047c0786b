"""Rings between processes, through a real Redis: lost brokers, deaf workers, and an end without waiting."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Queue

import pytest

from builder.queue import CeleryRing, open_doorbell
from tests.servers import RedisServer

pytestmark = pytest.mark.servers

ROOT = Path(__file__).resolve().parents[3]
Start = Callable[..., "RunningWorker"]


class RunningWorker:
    def __init__(self, broker: str, **environment: str) -> None:
        self.lines: Queue[str] = Queue()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "tests.rooms.queue.ringing", "--quiet", "worker"],
            env={**os.environ, "BROKER": broker, "PYTHONPATH": str(ROOT), **environment},
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line.strip())

    def wait_for(self, wanted: str, seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if self.lines.get(timeout=0.2) == wanted:
                    return
            except Empty:
                assert self.process.poll() is None, f"the worker ended with {self.process.returncode}"
        raise AssertionError(f"never said {wanted!r}")

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        self._reader.join(10)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def start(redis: RedisServer) -> Iterator[Start]:
    running: list[RunningWorker] = []

    def begin(**environment: str) -> RunningWorker:
        running.append(RunningWorker(redis.url, **environment))
        return running[-1]

    yield begin
    for worker in running:
        worker.end()


@pytest.fixture
def ring(redis: RedisServer) -> Iterator[CeleryRing]:
    app = open_doorbell(redis.url)
    yield CeleryRing(app)
    app.close()


def test_a_ring_reaches_a_worker_of_another_process(start: Start, ring: CeleryRing) -> None:
    worker = start()
    ring.ring(41)
    worker.wait_for("advance 41")


def test_after_the_broker_was_away_rings_arrive_again(start: Start, ring: CeleryRing, redis: RedisServer) -> None:
    worker = start()
    ring.ring(1)
    worker.wait_for("advance 1")
    redis.stop()
    before = time.monotonic()
    for number in range(20):
        ring.ring(100 + number)
    assert time.monotonic() - before < 3, "a broker that is away slows down those who ring"
    assert ring.lost == 20
    redis.start()
    deadline = time.monotonic() + 20
    while ring.lost and time.monotonic() < deadline:  # as the sweep does
        ring.lost = 0
        ring.ring(2)
    worker.wait_for("advance 2")
    assert worker.process.poll() is None


def test_lost_messages_are_only_lost(start: Start, ring: CeleryRing, redis: RedisServer) -> None:
    ring.ring(1)
    redis.flush()
    worker = start()
    ring.ring(2)
    worker.wait_for("advance 2")


def test_a_worker_hears_its_own_pings_only(start: Start) -> None:
    first, second = start(PATIENCE="2"), start(PATIENCE="2")
    for _ in range(25):
        first.wait_for("echo")
        second.wait_for("echo")
    assert first.process.poll() is None
    assert second.process.poll() is None


def test_a_deaf_worker_ends(start: Start) -> None:
    worker = start(PATIENCE="1", DEAF="1")
    assert worker.process.wait(20) == 75


def test_a_broker_that_is_away_is_not_deafness(start: Start, redis: RedisServer) -> None:
    worker = start(PATIENCE="4")
    worker.wait_for("echo")
    redis.stop()
    with pytest.raises(subprocess.TimeoutExpired):
        worker.process.wait(7)
    redis.start()
    while not worker.lines.empty():
        worker.lines.get()
    worker.wait_for("echo")


def test_sigterm_ends_an_idle_worker(start: Start) -> None:
    worker = start()
    worker.wait_for("echo")
    worker.process.send_signal(signal.SIGTERM)
    assert worker.process.wait(5) == 0
