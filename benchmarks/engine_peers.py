"""Peers of the benchmark of runs: a bare Celery chord, and DBOS in an environment of its own."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from celery import Celery, chord

from benchmarks.harness import peer_python

_DBOS = """
import sys, time, statistics
from dbos import DBOS, DBOSConfig
address, count = sys.argv[1], int(sys.argv[2])
DBOS(config={"name": "bench", "system_database_url": address, "log_level": "ERROR", "run_admin_server": False})

@DBOS.step()
def step(number: int) -> int:
    return number

@DBOS.workflow()
def row(count: int) -> int:
    for number in range(count):
        step(number)
    return count

DBOS.launch()
def run(count):
    begun = time.perf_counter()
    row(count)
    return time.perf_counter() - begun
run(count)
seen = [(run(count) - run(2)) / (count - 2) for _ in range(7)]
DBOS.destroy()
print("ms", statistics.median(seen) * 1000)
"""


def time_dbos(address: str, count: int) -> float | None:
    """Milliseconds of one DBOS step in a row, or None where DBOS cannot be had."""
    python = peer_python("dbos", "dbos")
    if python is None:
        return None
    done = subprocess.run(
        [str(python), "-c", _DBOS, address, str(count)], capture_output=True, text=True, check=False, timeout=300
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("ms ")]
    return float(lines[-1].split()[1]) if lines else None


@contextmanager
def celery_chord(broker: str, count: int) -> Iterator[Callable[[], float]]:
    """Seconds of 1 → many → 1 as a bare Celery chord: one task, a chord of no-ops, and its body."""
    app: Any = Celery("chords", broker=f"{broker}?virtual_host=5", backend=f"{broker}?virtual_host=6", fixups=[])
    app.conf.update(worker_enable_remote_control=False, worker_prefetch_multiplier=1, worker_hijack_root_logger=False)
    done = threading.Event()

    @app.task(name="chords.one", shared=False)
    def one(number: int) -> int:
        return number

    @app.task(name="chords.finish", shared=False)
    def finish(_: list[int]) -> None:
        done.set()

    @app.task(name="chords.begin", shared=False)
    def begin() -> None:
        chord((one.s(number) for number in range(count)), finish.s(), app=app)()

    app.finalize()
    app.set_default()
    controller = app.WorkController(
        pool="threads", concurrency=8, app=app, without_gossip=True, without_mingle=True, without_heartbeat=True
    )
    thread = threading.Thread(target=controller.start, daemon=True)
    thread.start()

    def run() -> float:
        done.clear()
        begun = time.perf_counter()
        begin.delay()
        if not done.wait(60):
            raise RuntimeError("the chord never ended")
        return time.perf_counter() - begun

    run()
    yield run
    end_listening(controller, thread)


def end_listening(controller: Any, thread: threading.Thread) -> None:
    """Tells a Celery worker in a thread to end, and waits for a while.

    Its connection to Redis is closed by who tells it, which waits for an answer that its own thread may have read: then
    it would wait for good.
    """
    controller.should_stop = True
    telling = threading.Thread(target=controller.stop, daemon=True)
    telling.start()
    telling.join(5)
    thread.join(5)
