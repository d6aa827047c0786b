"""A Celery worker inside this process, in a thread that is watched and started again if it ends.

The thread that listens does what is rung for itself: that only hands a run over, and passing it on to a pool's thread
would cost half as much again as the whole ring.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog
from celery.worker import WorkController

from builder.queue.doorbell import Doorbell
from builder.queue.inprocess import postbox_of

_PAUSE = 0.2
"""Seconds before a worker that ended by itself is started again, so that a lasting cause does not spin."""

_log = structlog.get_logger("builder.queue")


class EmbeddedWorker:
    """The worker thread of one process.

    Attributes:
        starts: how many times a worker was started (more than 1: it ended by itself and was started again).
    """

    def __init__(self, app: Doorbell) -> None:
        self._app = app
        self._stopping = threading.Event()
        self._ready = threading.Event()
        self._name = app.connection_for_read().hostname or ""
        self._postbox = postbox_of(self._name)
        self._thread = threading.Thread(target=self._supervise, name="handrail-worker", daemon=True)
        self.starts = 0

    def start(self, timeout: float = 10.0) -> None:
        """Starts the thread and waits until it listens.

        Raises:
            RuntimeError: it does not listen after `timeout` seconds.
        """
        self._thread.start()
        if not self._ready.wait(timeout):
            raise RuntimeError(f"the worker inside this process did not start within {timeout:g} s")

    def stop(self, timeout: float = 10.0) -> bool:
        """Stops listening, lets rings that were already taken finish, and ends the thread; whether it ended in time."""
        self._stopping.set()
        self._postbox.close()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def _supervise(self) -> None:
        self._app.set_current()
        while not self._stopping.is_set():
            try:
                self._work()
            except Exception:  # whatever ended it, the next one must start
                _log.exception("worker_ended")
            if not self._stopping.is_set():
                _log.warning("worker_started_again", starts=self.starts)
                self._stopping.wait(_PAUSE)

    def _work(self) -> None:
        self.starts += 1
        worker = WorkController(
            app=self._app,
            pool="solo",
            hostname=f"embedded@{self._name or 'handrail'}",
            ready_callback=lambda _: self._ready.set(),
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        )
        self._postbox.open()
        if self._stopping.is_set():
            self._postbox.close()
        try:
            worker.start()
        finally:
            worker.stop()


def start_embedded_worker(app: Doorbell, on_advance: Callable[[int], None]) -> EmbeddedWorker:
    """Starts the worker of this process; `on_advance` is called with each run that may be ready.

    Raises:
        RuntimeError: it did not start.
    """
    app.on_advance = on_advance
    worker = EmbeddedWorker(app)
    worker.start()
    return worker
