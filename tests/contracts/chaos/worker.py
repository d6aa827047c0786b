"""A real worker process to be killed, whose every ring goes out three times.

`python -m tests.contracts.chaos.worker` is one process that does everything, on SQLite;
`celery -A tests.contracts.chaos.worker worker` is the product's own Celery worker, on PostgreSQL and Redis.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import threading
from pathlib import Path
from typing import Any

from celery.signals import worker_ready

from builder.queue import CeleryRing
from builder.runs import list_runs
from builder.settings import read_settings
from builder.wiring import build_embedded

_once = CeleryRing.ring


def _ring_thrice(ring: CeleryRing, run_id: int) -> None:
    for _ in range(3):
        _once(ring, run_id)


def triple_rings() -> None:
    """From now on every ring of this process goes out three times."""
    CeleryRing.ring = _ring_thrice  # type: ignore[method-assign]  # this is the fault that is injected


def say_ready(**_: Any) -> None:
    """Leaves a file with this process's id where the storm looks for it: from now on faults may come.

    SIGUSR1 writes what every thread is doing into the log.
    """
    faulthandler.register(signal.SIGUSR1, all_threads=True)
    (Path(os.environ["HANDRAIL_HOME"]) / f"{os.getpid()}.ready").touch()


def main() -> None:
    """Works until SIGTERM. Runs are started by another process, which rings at its own door only; so this one looks."""
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    with build_embedded(read_settings(os.environ)) as application:
        say_ready()
        while not stopping.wait(0.02):
            with application.database.read() as session:
                ready = [run.number for run in list_runs(session, status="ready")]
            for run_id in ready:
                application.ring.ring(run_id)


if __name__ == "__main__":
    triple_rings()
    main()
elif "HANDRAIL_BROKER_URL" in os.environ:
    triple_rings()
    worker_ready.connect(say_ready)
    from builder.worker import app  # noqa: F401  # `celery -A` looks for it here
