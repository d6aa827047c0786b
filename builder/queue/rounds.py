"""Rounds: small idempotent acts that any process may do again and again, each at its own pace."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from builder.kit.clock import SYSTEM_CLOCK, Clock

_STANDS_AFTER = 180.0
"""Seconds without a turn: longer than any act, its statements' own time-outs included."""

_log = structlog.get_logger("builder.queue")


@dataclass(frozen=True, slots=True)
class Round:
    """One act of the keeper.

    Attributes:
        name: what the log calls it.
        every: seconds from one start to the next.
        act: does it; may answer how many seconds from now it wants to be called again, if that is sooner.
    """

    name: str
    every: float
    act: Callable[[], float | None]


class Rounds:
    """A thread that goes its rounds until it is told to stop. A round that fails is logged and comes again."""

    def __init__(self, rounds: tuple[Round, ...], clock: Clock = SYSTEM_CLOCK) -> None:
        self._rounds = rounds
        self._clock = clock
        self._stopping = threading.Event()
        self._turned = clock.monotonic()
        self._thread = threading.Thread(target=self.go, name="handrail-keeper", daemon=True)

    def start(self) -> None:
        """Goes the rounds in a thread."""
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> bool:
        """Ends the thread after the act it is in; whether it ended in time."""
        self.end()
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def end(self) -> None:
        """Lets `go` return after the act it is in; a signal's code may call this."""
        self._stopping.set()

    @property
    def stands(self) -> bool:
        """Whether nothing has been done for so long that something holds it up for good."""
        return self._clock.monotonic() - self._turned > _STANDS_AFTER

    def go(self) -> None:
        """Goes the rounds in this thread until `end` or `stop` is called."""
        due = {round_.name: self._clock.monotonic() for round_ in self._rounds}
        while not self._stopping.is_set():
            self._turned = self._clock.monotonic()
            for round_ in self._rounds:
                start = self._clock.monotonic()
                if due[round_.name] <= start and not self._stopping.is_set():
                    due[round_.name] = start + self._do(round_)
            self._stopping.wait(max(0.0, min(due.values()) - self._clock.monotonic()))

    def _do(self, round_: Round) -> float:
        try:
            sooner = round_.act()
        except Exception:  # a database that is away comes back; the next round tries again
            _log.exception("round_failed", round=round_.name)
            return round_.every
        return round_.every if sooner is None else max(0.0, min(sooner, round_.every))
