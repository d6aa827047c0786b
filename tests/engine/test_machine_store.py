"""A state machine over `decide` and a small store: crashes, zombies, doubled messages, signals at the worst moment.

Its own strength is tested too: with the fence, the second look under the lock, or the unique key taken away, it must
find what goes wrong.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from builder.engine.plan import Plan
from builder.sdk import Control

from .plans import KEYED, WRITES, make_plan, step
from .store_model import Fenced, Protections, Store, Worker, answer, cancel

pytestmark = pytest.mark.timeout(900)  # the deep cases take minutes
ENDS = {"succeeded", "failed", "refused", "cancelled"}


def small_plan() -> Plan:
    """Two effects around a question, a wait beside it, and a join."""
    return make_plan(
        {
            "a": step(effects=KEYED), "q": step(Control.ASK), "w": step(Control.WAIT, ports=("done",)),
            "b": step(effects=WRITES), "c": step(), "z": step(),
        },
        ["a -> q", "a -> w", "q -> b", "w -> c", "b -> z", "c -> z"],
    )  # fmt: skip


class RunsInAStore(RuleBasedStateMachine):
    """Everything that may happen to one run."""

    guarded = Protections()

    @initialize()
    def begin(self) -> None:
        self.store = Store(small_plan(), self.guarded)
        self.workers: list[Worker] = []
        self.names = 0

    # ---- the broker

    @precondition(lambda self: self.store.bells)
    @rule(again=st.booleans())
    def deliver(self, again: bool) -> None:
        self.store.bells -= 0 if again else 1
        self.take()

    def take(self) -> None:
        self.names += 1
        worker = Worker.take(f"w{self.names}", self.store)
        if worker is not None:
            self.workers.append(worker)

    @rule()
    def flush(self) -> None:
        self.store.bells = 0

    # ---- the workers

    @precondition(lambda self: self.workers)
    @rule(which=st.integers(0, 3), lost_answer=st.booleans(), times=st.integers(1, 3))
    def act(self, which: int, lost_answer: bool, times: int) -> None:
        worker = self.workers[which % len(self.workers)]
        try:
            for _ in range(times):
                worker.act(lost_answer=lost_answer)
        except Fenced:
            self.workers.remove(worker)

    @precondition(lambda self: self.workers)
    @rule(which=st.integers(0, 3), really=st.integers(0, 2))
    def crash(self, which: int, really: int) -> None:
        if really == 0:
            self.workers.pop(which % len(self.workers))

    @precondition(lambda self: self.workers)
    @rule(really=st.integers(0, 2))
    def drain(self, really: int) -> None:
        if really:
            return
        worker = self.workers.pop()
        if self.store.owner == worker.name and self.store.epoch == worker.epoch:
            self.store.reap()

    # ---- the keeper

    @rule(at_once=st.booleans())
    def reap(self, at_once: bool) -> None:
        """The owner may well be alive: then it is a zombie from now on."""
        self.store.reap()
        if at_once:
            self.take()

    @rule()
    def sweep(self) -> None:
        self.store.sweep()

    @rule(seconds=st.integers(1, 10))
    def tick(self, seconds: int) -> None:
        self.store.now += timedelta(seconds=seconds)

    # ---- people

    @precondition(lambda self: any(row.write.status == "waiting" for row in self.store.rows))
    @rule(port=st.sampled_from(["approved", "rejected"]))
    def decide(self, port: str) -> None:
        if sum(getattr(event, "path", "") == "q" for event in self.store.told) < 2 and self.asked():
            self.store.tell(answer("q", port))

    @precondition(lambda self: not any("cancel" in type(event).__name__.lower() for event in self.store.told))
    @rule(really=st.integers(0, 9))
    def cancel(self, really: int) -> None:
        if really == 0 and self.store.status not in ENDS:
            self.store.tell(cancel())

    def asked(self) -> bool:
        return any(getattr(row.write, "path", "") == "q" and row.write.status == "waiting" for row in self.store.rows)

    # ---- what must hold

    @invariant()
    def holds(self) -> None:
        self.store.check()

    def teardown(self) -> None:
        """Without further faults the run ends."""
        if not hasattr(self, "store"):
            return
        store = self.store
        store.reap()
        for number in range(200):
            if store.status in ENDS:
                break
            store.now += timedelta(seconds=10)
            store.sweep()
            if self.asked() and not any(getattr(event, "path", "") == "q" for event in store.told):
                store.tell(answer("q", "approved"))
            worker = Worker.take(f"last{number}", store)
            while worker is not None:
                try:
                    worker.act()
                except Fenced:
                    worker = None
                store.check()
        assert store.status in ENDS, f"the run never ends: it is {store.status}"


class TestRunsInAStore(RunsInAStore.TestCase):
    settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


@pytest.mark.deep
def test_many_more_histories() -> None:
    run_state_machine_as_test(
        RunsInAStore, settings=settings(max_examples=3_000, stateful_step_count=40, deadline=None)
    )


@pytest.mark.storms
@pytest.mark.parametrize("missing", ["fence", "recheck", "unique"])
def test_a_missing_protection_is_found(missing: str) -> None:
    weak = type("Weak", (RunsInAStore,), {"guarded": Protections(**{missing: False})})
    quick = settings(
        max_examples=2_000, stateful_step_count=30, deadline=None, database=None, phases=[Phase.generate],
        derandomize=True, suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
    )  # fmt: skip
    with pytest.raises(AssertionError):
        run_state_machine_as_test(weak, settings=quick)
