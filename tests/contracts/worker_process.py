"""A worker in a process of its own, to be killed, stopped and woken. It takes whatever run is ready, keeps, and drains
on SIGTERM. Processes are forked from one that has loaded everything, so that each is there in milliseconds.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from pathlib import Path
from typing import Any, Self

from builder.db import open_database
from builder.runs import arm_failpoint, list_runs
from tests.contracts.world import World

_HATCHERY = multiprocessing.get_context("forkserver")
_HATCHERY.set_forkserver_preload(["tests.contracts.worker_process"])


def live(address: str, folder: str, point: str, keeps: bool, ready: Any) -> None:
    """What such a process does."""
    arm_failpoint(point)
    database = open_database(address)
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    with World(database, Path(folder)) as world:
        ready.set()
        while not stopping.wait(0.01):
            with database.read() as session:
                waiting = [run.number for run in list_runs(session, status="ready")]
            for run_id in waiting:
                world.worker.advance(run_id)
            if keeps:
                world.keep()
        world.worker.drain(25)
    database.close()


class Process:
    """Such a process, from outside."""

    def __init__(self, address: str, folder: Path, point: str = "", *, keeps: bool = True) -> None:
        self._ready = _HATCHERY.Event()
        self._process = _HATCHERY.Process(
            target=live, args=(address, str(folder), point, keeps, self._ready), daemon=True
        )
        self._process.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()
        self._process.close()

    def wait_ready(self) -> None:
        """Returns when the worker has started."""
        assert self._ready.wait(30)

    def send(self, number: signal.Signals) -> None:
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    def wait(self, seconds: float = 30.0) -> int | None:
        """The exit code, negative for a signal; None while it lives."""
        self._process.join(seconds)
        return self._process.exitcode
