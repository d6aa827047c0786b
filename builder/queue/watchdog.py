"""A worker that no longer hears its own doorbell: it is connected, yet deaf, and only a new process helps."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import structlog

from builder.kit.clock import SYSTEM_CLOCK, Clock
from builder.queue.ring import CeleryRing

_log = structlog.get_logger("builder.queue")

EXIT_DEAF = 75
"""Exit status of a worker that ended because it was deaf (EX_TEMPFAIL: start it again)."""


def end_process() -> None:
    """Ends this process at once. Its leases run out, and others take its runs."""
    os._exit(EXIT_DEAF)


class Watchdog:
    """Rings at its own door every `every` seconds; no echo for `patience` seconds, and the process ends.

    Only pings that the broker took count: while the broker is away, running work goes on and Celery reconnects.
    """

    def __init__(
        self,
        ring: CeleryRing,
        on_deaf: Callable[[], None] = end_process,
        *,
        every: float = 15.0,
        patience: float = 45.0,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._ring = ring
        self._on_deaf = on_deaf
        self._every = every
        self._patience = patience
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting_since: float | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="handrail-watchdog", daemon=True)
        self._word = str(os.getpid())

    def start(self) -> None:
        """Watches in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Watches no longer."""
        self._stopping.set()

    def hear(self, word: str) -> None:
        """A ping came back."""
        if word == self._word:
            with self._lock:
                self._waiting_since = None

    def look(self) -> bool:
        """Rings once more; False when the process is deaf."""
        now = self._clock.monotonic()
        with self._lock:
            if self._waiting_since is not None and now - self._waiting_since >= self._patience:
                return False
            if self._waiting_since is None:
                self._waiting_since = now
        if not self._ring.ping(self._word):
            with self._lock:
                self._waiting_since = None
        return True

    def _watch(self) -> None:
        while not self._stopping.wait(self._every):
            if not self.look():
                _log.critical("worker_is_deaf", seconds=self._patience)
                self._on_deaf()
                return
