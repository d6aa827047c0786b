"""Leaving in the middle of effects: what is under way ends, what has not begun is left to others."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from builder.db import Database
from builder.runs import clarify_step
from builder.sdk import Failed, FailureClass, HttpAnswer, HttpRequest, NodeError
from tests.contracts.history import check_history
from tests.contracts.world import World, workflow


class GatedEgress:
    """Answers for each step when its gate is opened."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.breaks: set[str] = set()
        self.gates = {path: threading.Event() for path in "abcd"}

    async def send(self, request: HttpRequest) -> HttpAnswer:
        path = dict(request.headers)["X-Path"]
        self.sent.append(path)
        await asyncio.to_thread(self.gates[path].wait, 20)
        if path in self.breaks:
            self.breaks.remove(path)
            raise NodeError(Failed(FailureClass.UNCERTAIN, "answer_broken", "The connection broke."))
        return HttpAnswer(200, (), b"")


@pytest.fixture
def egress() -> GatedEgress:
    return GatedEgress()


def test_a_process_that_leaves_between_effects_leaves_nothing_uncertain(
    database: Database, tmp_path: Path, egress: GatedEgress
) -> None:
    """Two steps are under way; one ends, then the other, and what follows them is not begun any more."""
    send = {"type": "test.send@1"}
    document = workflow(dict.fromkeys("abcd", send), ["a -> c", "b -> d"])
    with World(database, tmp_path, egress=egress) as world:
        run_id = world.start(document)
        until(lambda: len(egress.sent) == 2)
        leaving = threading.Thread(target=world.worker.drain)
        leaving.start()
        until(lambda: world.worker.draining)
        egress.gates["a"].set()
        until(lambda: world.statuses(run_id)["a"] == "succeeded")  # flushed while b is still under way
        egress.gates["b"].set()
        leaving.join(10)
        assert not leaving.is_alive(), "it does not leave"
        assert world.read(run_id).run.status == "ready"
        assert world.statuses(run_id) == {"a": "succeeded", "b": "succeeded"}
        assert world.worker.for_others == {run_id}
    for gate in egress.gates.values():
        gate.set()
    with World(database, tmp_path, egress=egress) as other:
        story = other.until(run_id, keep=True)
        assert story.run.status == "succeeded", story.run.why
        check_history(story)
    assert sorted(egress.sent) == ["a", "b", "c", "d"]


def test_an_answer_that_comes_while_a_process_leaves_is_not_lost(
    database: Database, tmp_path: Path, egress: GatedEgress
) -> None:
    """Somebody says that an uncertain step should be repeated; who leaves does not begin it, so the answer stays."""
    egress.breaks.add("a")
    send = {"type": "test.send@1"}
    with World(database, tmp_path, egress=egress) as world:
        run_id = world.start(workflow({"a": send, "b": send}, []))
        egress.gates["a"].set()
        until(lambda: len(world.read(run_id).waits) == 1)
        leaving = threading.Thread(target=world.worker.drain)
        leaving.start()
        until(lambda: world.worker.draining)
        world.do(clarify_step, run_id, "a", "repeat", by="ana")
        time.sleep(0.3)  # it hears of that, though nothing shows it
        egress.gates["b"].set()
        leaving.join(10)
        assert not leaving.is_alive()
    with World(database, tmp_path, egress=egress) as other:
        story = other.until(run_id, keep=True)
        assert story.run.status == "succeeded", story.run.why
        check_history(story)
    assert sorted(egress.sent) == ["a", "a", "b"]


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)
