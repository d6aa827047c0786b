"""A ring is one small message that says "run 123 may be ready"; lost or doubled, it does no harm.

The database is the truth and the queue is a doorbell. Celery carries the rings, through Redis between processes or
through a blocking transport inside one. Celery is heavy, so each name is loaded on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from builder.queue.doorbell import Doorbell, open_doorbell
    from builder.queue.embedded import EmbeddedWorker, start_embedded_worker
    from builder.queue.inprocess import IN_PROCESS
    from builder.queue.look import BrokerSeen, look_at_broker
    from builder.queue.ring import CeleryRing
    from builder.queue.rounds import Round, Rounds
    from builder.queue.watchdog import Watchdog

_DOORS = {
    "Doorbell": "doorbell",
    "open_doorbell": "doorbell",
    "EmbeddedWorker": "embedded",
    "start_embedded_worker": "embedded",
    "BrokerSeen": "look",
    "IN_PROCESS": "inprocess",
    "look_at_broker": "look",
    "CeleryRing": "ring",
    "Round": "rounds",
    "Rounds": "rounds",
    "Watchdog": "watchdog",
}

__all__ = [
    "IN_PROCESS", "BrokerSeen", "CeleryRing", "Doorbell", "EmbeddedWorker", "Round", "Rounds", "Watchdog",
    "look_at_broker", "open_doorbell", "start_embedded_worker",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """A name of the front door, loaded when it is first asked for."""
    if name not in _DOORS:
        raise AttributeError(f"builder.queue has no {name!r}")
    return getattr(import_module(f"builder.queue.{_DOORS[name]}"), name)
