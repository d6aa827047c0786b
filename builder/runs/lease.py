"""A Lease is a process's word that it is alive: renewed with each heartbeat, believed for some seconds after.

It is the process's, not the run's: one small write every two seconds, however many runs are in flight.
"""

from __future__ import annotations

import asyncio
import time

HEARTBEAT = 2.0
"""Seconds between two heartbeats."""
LEASE = 10.0
"""Seconds after the last heartbeat at which a worker is declared dead."""
SELF_FENCE = 6.0
"""Seconds after the last heartbeat at which a worker begins no effect any more."""


class Lease:
    """What a worker knows of its own."""

    def __init__(self) -> None:
        self._renewed_at = 0.0
        self._change = asyncio.Event()

    @property
    def trusted(self) -> bool:
        """Whether it is young enough to begin effects."""
        return time.monotonic() - self._renewed_at <= SELF_FENCE

    def renew(self, moment: float) -> None:
        """A heartbeat that was begun at a moment (monotonic seconds) was kept."""
        self._renewed_at = moment

    def wake(self) -> None:
        """Whoever waits for a change looks again."""
        self._change.set()
        self._change = asyncio.Event()

    async def changed(self) -> None:
        """Returns when something may be otherwise: a heartbeat was kept, or the worker ends."""
        await self._change.wait()
