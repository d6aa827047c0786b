"""The feed of one process: looks once a second while somebody listens, and tells each what he may hear.

No listener has a thread: each waits on a queue, and the one look is made in a thread of the loop's own.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

import structlog

from builder.live.rules import News, Sight, find_news

EVERY = 1.0
"""Seconds between two looks,"""
SHARE = 20
"""or this many times as long as a look takes, so that it never takes more than a small share of the process."""
LINGER = 60
"""Looks that are made after the last listener left, so that one who comes again misses nothing."""
KEPT = 2_000
"""News that a listener who comes again can still be told."""
AHEAD = 1_000
"""News that may wait for one listener; whoever falls behind further is told to look anew."""

_log = structlog.get_logger("builder.live")


class Told(NamedTuple):
    """One thing that is told: its number in this feed, and the news; None: look anew, something was missed."""

    number: int
    news: News | None


@dataclass(eq=False)
class Listener:
    """One who listens; None in the queue ends it."""

    queue: asyncio.Queue[Told | None] = field(default_factory=lambda: asyncio.Queue(AHEAD))

    def put(self, told: Told | None) -> None:
        """Tells him; instead of what no longer fits, that he must look anew."""
        if self.queue.full():
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait(Told(0, None))
        self.queue.put_nowait(told)


class Feed:
    """What changes, for everybody who listens in this process.

    Args:
        look: sees everything that can change; called in a thread.
        leaving: whether the process is about to end.
    """

    def __init__(self, look: Callable[[], Sight], leaving: Callable[[], bool]) -> None:
        self._look = look
        self._leaving = leaving
        self._listeners: set[Listener] = set()
        self._kept: deque[Told] = deque(maxlen=KEPT)
        self._name = secrets.token_hex(4)
        self._number = 0
        self._looking: asyncio.Task[None] | None = None

    @property
    def leaving(self) -> bool:
        """Whether the process is about to end."""
        return self._leaving()

    @contextmanager
    def listen(self, last: str | None) -> Iterator[Listener]:
        """Somebody listens.

        Args:
            last: the mark of the last thing that he was told, if he comes again.
        """
        listener = Listener()
        for told in self._missed(last):
            listener.put(told)
        self._listeners.add(listener)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.get_running_loop().create_task(self._go())
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def mark(self, told: Told) -> str:
        """How a thing that was told is named when its listener comes again."""
        return f"{self._name}-{told.number}"

    def _missed(self, last: str | None) -> list[Told]:
        if not last:
            return []
        name, _, number = last.partition("-")
        known = name == self._name and number.isdecimal() and int(number[:18]) <= self._number
        oldest = self._kept[0].number if self._kept else self._number + 1
        if not known or int(number) < oldest - 1:
            return [Told(self._number, None)]
        return [each for each in self._kept if each.number > int(number)]

    async def _go(self) -> None:
        """Looks until nobody has listened for a while. Whoever comes again after that looks anew."""
        before: Sight | None = None
        alone, loop = 0, asyncio.get_running_loop()
        while alone < LINGER and not self._leaving():
            began = loop.time()
            try:
                now = await asyncio.to_thread(self._look)
                for news in find_news(before, now) if before is not None else ():
                    self._tell(news)
                before = now
            except Exception:  # the database may be gone for a while; what changed meanwhile is told when it is back
                _log.exception("look_failed")
            await asyncio.sleep(max(EVERY, SHARE * (loop.time() - began)))
            alone = 0 if self._listeners else alone + 1
        self._name = secrets.token_hex(4)
        self._kept.clear()
        for listener in self._listeners:
            listener.put(None)

    def _tell(self, news: News) -> None:
        self._number += 1
        told = Told(self._number, news)
        self._kept.append(told)
        for listener in self._listeners:
            listener.put(told)
