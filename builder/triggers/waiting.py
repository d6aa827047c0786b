"""Waiting for what runs answer: one look for everybody who waits in this process, however many they are.

Nobody who waits holds a thread or a connection; each waits for a future of the loop, and the looks are made one after
the other in a thread of the loop's own. They come soon after a start, and less often the longer the youngest waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog

from builder.runs import RunAnswer

_PACES = ((0.25, 0.008), (2.0, 0.04), (float("inf"), 0.25))
"""(seconds since the youngest came, seconds between two looks)."""
_SHARE = 4
"""Or this many times as long as a look takes, so that it never takes more than a share of the process."""
MOST = 1_000
"""Who may wait in one process at a time; whoever comes then is answered at once with the run's address."""

_log = structlog.get_logger("builder.triggers")

Look = Callable[[Mapping[int, frozenset[str]]], Mapping[int, RunAnswer]]


@dataclass(eq=False)
class _Waiter:
    """One who waits for a run."""

    run_id: int
    replies: frozenset[str]
    since: float
    answer: asyncio.Future[RunAnswer] = field(repr=False)


class Waiters:
    """Everybody who waits in this process.

    Args:
        look: sees what the runs of some answer, by run and the nodes that reply; called in a thread.
    """

    def __init__(self, look: Look) -> None:
        self._look = look
        self._waiting: set[_Waiter] = set()
        self._looking: asyncio.Task[None] | None = None

    async def wait(self, run_id: int, replies: frozenset[str], seconds: float) -> RunAnswer | None:
        """What a run answers; None when it has not by then, or when too many wait.

        Args:
            run_id: of which.
            replies: paths of its nodes that reply, without indices.
            seconds: how long at most.
        """
        if len(self._waiting) >= MOST:
            return None
        loop = asyncio.get_running_loop()
        waiter = _Waiter(run_id, replies, loop.time(), loop.create_future())
        self._waiting.add(waiter)
        if self._looking is None or self._looking.done():
            self._looking = loop.create_task(self._go())
        try:
            return await asyncio.wait_for(waiter.answer, seconds)
        except TimeoutError:
            return None
        finally:
            self._waiting.discard(waiter)

    async def _go(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            youngest = loop.time() - max(each.since for each in self._waiting)
            pause = next(each for age, each in _PACES if youngest < age)
            began = loop.time()
            try:
                answers = await asyncio.to_thread(self._look, {each.run_id: each.replies for each in self._waiting})
            except Exception:  # the database may be gone for a while; whoever waits still gets the address in the end
                _log.exception("answers_not_seen")
                answers, pause = {}, 1.0
            for waiter in tuple(self._waiting):
                if waiter.run_id in answers and not waiter.answer.done():
                    waiter.answer.set_result(answers[waiter.run_id])
            await asyncio.sleep(max(pause, _SHARE * (loop.time() - began)))
