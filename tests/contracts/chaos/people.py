"""The people around the runs: they decide reviews, cancel, and say what became of writes whose end nobody saw."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.orm import Session

from builder.db import read_clock
from builder.kit.errors import HandrailError
from builder.reviews import decide_review, open_reviews_of
from builder.runs import cancel_run, clarify_step
from builder.runs.context import idempotency_key
from builder.wiring import Application
from tests.contracts.chaos.load import Wanted
from tests.contracts.chaos.sink import Sink

PATIENCE = 1.0
"""Seconds before somebody asks the receiver: what a dead process had sent has arrived by then."""
ANSWER = {"status": 200, "body": None, "headers": {}}


class People:
    """Everybody who answers.

    Attributes:
        said: answer → how often it was given.
    """

    def __init__(self, application: Application, sink: Sink, wanted: dict[int, Wanted]) -> None:
        self._application = application
        self._sink = sink
        self._wanted = wanted
        self._seen: dict[tuple[int, str], float] = {}
        self._cancels: dict[int, float] = {}
        self.said: Counter[str] = Counter()

    def watch(self, run_id: int) -> None:
        """A run was started; somebody may want to cancel it."""
        after = self._wanted[run_id].cancel_after
        if after is not None:
            self._cancels[run_id] = time.monotonic() + after

    def look(self, *, may_clarify: bool) -> None:
        """Answers what is asked. While a process only stands still, nobody can say what it will yet do."""
        now = time.monotonic()
        for run_id in [each for each, moment in self._cancels.items() if moment <= now]:
            del self._cancels[run_id]
            self._say("cancel", lambda session, run_id=run_id: cancel_run(session, run_id, "Cleo"))
        with self._application.database.read() as session:
            asked = [tuple(each) for each in session.execute(text("SELECT run_id, path, kind FROM wait WHERE open"))]
        for run_id, path, kind in asked:
            if kind == "ask":
                self._decide(run_id)
            elif not may_clarify:
                self._seen.pop((run_id, path), None)
            elif now - self._seen.setdefault((run_id, path), now) >= PATIENCE:
                self._clarify(run_id, path)

    def _decide(self, run_id: int) -> None:
        answer = "approve" if self._wanted[run_id].approve else "reject"

        def decide(session: Session) -> None:
            for review in open_reviews_of(session, run_id):
                decide_review(session, review.id, by="Bob", decision=answer, reason="Seen.", now=read_clock(session))

        self._say(answer, decide)

    def _clarify(self, run_id: int, path: str) -> None:
        answer = "happened" if self._sink.holds(idempotency_key(run_id, path)) else "repeat"
        self._say(answer, lambda session: clarify_step(session, run_id, path, answer, by="Bob", output=ANSWER))

    def _say(self, word: str, act: Callable[[Session], None]) -> None:
        try:
            with self._application.transaction() as session:
                act(session)
        except HandrailError:
            return  # it was over meanwhile
        self.said[word] += 1
