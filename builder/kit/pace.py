"""A Pace says whether somebody comes too often: so many at once, then so many a second, counted in this process.

The generic cell rate algorithm (ITU-T I.371): one number for each key, the moment at which all it took is earned again.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from builder.kit.clock import SYSTEM_CLOCK, Clock

KEPT = 10_000
"""Keys that are remembered; the one that was longest away is forgotten first."""


class Pace:
    """How often each key may come.

    Args:
        clock: its monotonic reading counts.
        kept: how many keys are remembered.
    """

    def __init__(self, clock: Clock = SYSTEM_CLOCK, kept: int = KEPT) -> None:
        self._clock = clock
        self._kept = kept
        self._earned: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def take(self, key: str, per_second: float, at_once: int) -> float:
        """Counts one that comes and may: then 0. Else the seconds until one may; it is not counted.

        Args:
            key: who.
            per_second: how many may come each second in the long run.
            at_once: how many may come at one moment after a rest.
        """
        each = 1.0 / per_second
        now = self._clock.monotonic()
        with self._lock:
            earned = max(now, self._earned.get(key, now))
            wait = earned - now - each * (at_once - 1)
            if wait > 1e-9:
                return wait
            self._earned[key] = earned + each
            self._earned.move_to_end(key)
            if len(self._earned) > self._kept:
                self._earned.popitem(last=False)
        return 0.0
