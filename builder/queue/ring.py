"""Sending rings. It never fails, and never makes anybody wait for a broker that is away.

A ring is written as a message of Celery's public protocol (version 2) with the fields that our two tasks need, and put
straight into their queue: a quarter of the cost of Celery's general sending, which every trigger pays.
"""

from __future__ import annotations

import uuid
from threading import Lock

import structlog

from builder.kit.clock import SYSTEM_CLOCK, Clock
from builder.queue.doorbell import ADVANCE, PING, RUNS, Doorbell

_REST = 1.0
"""Seconds without sending after a failure: a broker that is away must not slow down those who ring."""

_log = structlog.get_logger("builder.queue")


class CeleryRing:
    """Rings through Celery.

    Attributes:
        lost: how many rings were not sent, so far.
    """

    def __init__(self, app: Doorbell, clock: Clock = SYSTEM_CLOCK) -> None:
        self._app = app
        self._clock = clock
        self._lock = Lock()
        self._resting_until = float("-inf")
        self.lost = 0

    def ring(self, run_id: int) -> None:
        """Says that a run may be ready. When it cannot be said, that is logged, and the sweep says it again."""
        self._send(ADVANCE, RUNS, run_id)

    def ping(self, word: str) -> bool:
        """Sends a word to this process's own worker; whether the broker took it."""
        return self._app.echo is not None and self._send(PING, self._app.echo, word)

    def _send(self, task: str, queue: str, argument: int | str) -> bool:
        if self._clock.monotonic() < self._resting_until:
            with self._lock:
                self.lost += 1
            return False
        message_id = uuid.uuid4().hex
        try:
            with self._app.producer_pool.acquire(block=True, timeout=_REST) as producer:
                producer.publish(
                    [[argument], {}, {}],
                    routing_key=queue,
                    headers={"lang": "py", "task": task, "id": message_id, "root_id": message_id},
                    correlation_id=message_id,
                    serializer="json",
                    retry=False,
                )
        except Exception as problem:  # whatever a broker can do wrong, the row in the database already says it all
            with self._lock:
                self.lost += 1
                self._resting_until = self._clock.monotonic() + _REST
            _log.warning("ring_not_sent", ring=task, argument=argument, problem=str(problem))
            return False
        return True
