"""What a killed, stopped or drained process leaves behind, and how the others go on. Processes, signals, a receiver."""

from __future__ import annotations

import signal
import time
from typing import Any

import pytest

from builder.db import Database, open_database
from builder.runs import FAILPOINTS, RunStory, Start, cancel_run, clarify_step, read_run, start_run
from builder.teams import Admission
from tests.backends import Backend
from tests.contracts.history import check_history
from tests.contracts.receiver import Receiver
from tests.contracts.worker_process import Process
from tests.contracts.world import FolderPayloads, compile_document, workflow

pytestmark = pytest.mark.storms


class Outside:
    """Starts and reads runs without executing any."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.database: Database = open_database(backend.address)
        self.payloads = FolderPayloads(backend.folder / "payloads")

    def start(self, document: Any) -> int:
        with self.database.transaction() as session:
            return start_run(
                session, compile_document(document), document, Start({}, "ana"), self.payloads, Admission()
            )

    def read(self, run_id: int) -> RunStory:
        with self.database.read() as session:
            return read_run(session, run_id, self.payloads)

    def until(self, run_id: int, *statuses: str, seconds: float = 30.0) -> RunStory:
        end = time.monotonic() + seconds
        while (story := self.read(run_id)).run.status not in statuses:
            assert time.monotonic() < end, f"the run is {story.run.status}: {story.run.why} {story.steps}"
            time.sleep(0.01)
        return story

    def process(self, failpoint: str = "", *, keeps: bool = True) -> Process:
        return Process(self.backend.address, self.backend.folder, failpoint, keeps=keeps)


@pytest.fixture
def outside(backend: Backend) -> Any:
    made = Outside(backend)
    yield made
    made.database.close()


def _sends(url: str, after_crash: str, count: int = 3) -> Any:
    nodes: dict[str, Any] = {}
    for number in range(count):
        nodes[f"note{number}"] = {"type": "test.note@1"}
        nodes[f"send{number}"] = {"type": "test.send@1", "config": {"url": url, "after_crash": after_crash}}
    return workflow(nodes)


POINTS = [name for name in FAILPOINTS if not name.startswith(("ring.", "giveback.", "beat.", "session."))]


@pytest.mark.parametrize("after_crash", ["keyed", "unsafe"])
@pytest.mark.parametrize("point", [f"{name}:{turn}:kill" for name in POINTS for turn in (1, 3)])
def test_a_kill_at_every_point_loses_and_doubles_nothing(outside: Outside, point: str, after_crash: str) -> None:
    """Killed once there, the next process ends the run; what the receiver saw decides what is right."""
    if point.startswith("claim.") and point.split(":")[1] != "1":
        point = point.replace(":3:", ":1:")
    with Receiver() as receiver:
        run_id = outside.start(_sends(receiver.url, after_crash))
        with outside.process(point) as first:
            assert first.wait() == -signal.SIGKILL
        with outside.process() as second:
            second.wait_ready()
            story = outside.until(run_id, "succeeded", "waiting")
            if story.run.status == "waiting":
                story = _clarify_all(outside, run_id, receiver)
        assert story.run.status == "succeeded", story
        check_history(story)
        for number in range(3):
            assert len(receiver.keys(f"send{number}")) == 1, "every attempt of a step sends the same key"
            if after_crash == "unsafe":
                assert receiver.count(f"send{number}") == 1, f"send{number} was made {receiver.arrived}"


def _clarify_all(outside: Outside, run_id: int, receiver: Receiver) -> RunStory:
    """A person looks at the receiver, and says what became of each uncertain step."""
    while True:
        story = outside.until(run_id, "waiting", "succeeded")
        if story.run.status == "succeeded":
            return story
        (wait,) = story.waits
        assert wait.kind == "uncertain"
        happened = receiver.count(wait.path) > 0
        with outside.database.transaction() as session:
            answer = "happened" if happened else "repeat"
            clarify_step(session, run_id, wait.path, answer, by="ana", output={"text": "200"})
        end = time.monotonic() + 20
        while any(each.token == wait.token for each in outside.read(run_id).waits):
            assert time.monotonic() < end
        outside.until(run_id, "succeeded", "waiting", "running")
        time.sleep(0.02)


def test_a_drained_process_gives_its_runs_to_another(outside: Outside) -> None:
    with Receiver() as receiver:
        receiver.gate.clear()
        run_id = outside.start(_sends(receiver.url, "unsafe"))
        with outside.process() as first, outside.process() as second:
            first.wait_ready()
            second.wait_ready()
            assert receiver.waiting.wait(10)
            first.send(signal.SIGTERM)
            second.send(signal.SIGTERM)
            receiver.gate.set()
            assert first.wait() == 0
            assert second.wait() == 0
        assert outside.read(run_id).run.status in ("ready", "succeeded")
        with outside.process() as third:
            third.wait_ready()
            story = outside.until(run_id, "succeeded")
        check_history(story)
        assert [receiver.count(f"send{number}") for number in range(3)] == [1, 1, 1]


def test_a_stopped_process_that_wakes_is_fenced(outside: Outside) -> None:
    """SIGSTOP in mid-effect, longer than the lease: others take the run; the zombie writes nothing more.

    It does not keep: stopped in the midst of a transaction it would hold the one write lock that SQLite has.
    """
    with Receiver() as receiver:
        receiver.gate.clear()
        run_id = outside.start(_sends(receiver.url, "keyed"))
        with outside.process(keeps=False) as zombie:
            zombie.wait_ready()
            assert receiver.waiting.wait(10)
            zombie.send(signal.SIGSTOP)
            receiver.gate.set()
            with outside.process() as other:
                other.wait_ready()
                story = outside.until(run_id, "succeeded", seconds=40)
                zombie.send(signal.SIGCONT)
                time.sleep(0.5)
                after = outside.read(run_id)
        check_history(story)
        assert after.events == story.events
        assert receiver.count("send0") == 2
        assert len(receiver.keys("send0")) == 1
        assert receiver.count("send1") == receiver.count("send2") == 1


def test_a_run_that_kills_its_process_is_put_away(outside: Outside) -> None:
    run_id = outside.start(workflow({"note": {"type": "test.note@1"}, "kill": {"type": "test.kill@1"}}))
    for _ in range(6):
        with outside.process() as process:
            process.wait_ready()
            end = time.monotonic() + 20
            while outside.read(run_id).run.status != "quarantined" and time.monotonic() < end:
                if process.wait(0.05) is not None:
                    break
        if outside.read(run_id).run.status == "quarantined":
            break
    story = outside.read(run_id)
    assert story.run.status == "quarantined"
    assert "kill" in story.run.why
    assert "3 processes" in story.run.why


def test_cancelling_a_run_whose_owner_is_dead(outside: Outside) -> None:
    with Receiver() as receiver:
        run_id = outside.start(_sends(receiver.url, "keyed"))
        with outside.process("effect.after:1:kill") as first:
            assert first.wait() == -signal.SIGKILL
        with outside.database.transaction() as session:
            cancel_run(session, run_id, "ana")
        with outside.process() as second:
            second.wait_ready()
            story = outside.until(run_id, "cancelled")
        check_history(story)
        assert receiver.count("send1") == 0
