"""The keeper's rounds and the watchdog, on a clock that the test moves."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import cast

import pytest

from builder.queue import CeleryRing, Round, Rounds, Watchdog


class HandClock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds


class FakeRing:
    def __init__(self) -> None:
        self.sent = True
        self.words: list[str] = []

    def ping(self, word: str) -> bool:
        self.words.append(word)
        return self.sent


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def test_rounds_come_again_even_after_a_failure() -> None:
    calls: list[str] = []
    enough = threading.Event()

    def fails() -> None:
        calls.append("fails")
        raise OSError("away")

    def works() -> float:
        calls.append("works")
        if calls.count("fails") >= 3 and calls.count("works") >= 3:
            enough.set()
        return 0.0

    rounds = Rounds((Round("fails", 0.001, fails), Round("works", 60.0, works)))
    rounds.start()
    assert enough.wait(60)
    assert rounds.stop()


def test_a_round_may_ask_to_come_sooner_never_later(clock: HandClock) -> None:
    rounds = Rounds((), clock)
    assert rounds._do(Round("x", 1.0, lambda: 0.25)) == 0.25
    assert rounds._do(Round("x", 1.0, lambda: 9.0)) == 1.0
    assert rounds._do(Round("x", 1.0, lambda: -1.0)) == 0.0
    assert rounds._do(Round("x", 1.0, lambda: None)) == 1.0


def test_rounds_that_never_started_can_be_stopped() -> None:
    assert Rounds((Round("x", 1.0, lambda: None),)).stop()


def make_watchdog(ring: FakeRing, clock: HandClock) -> Watchdog:
    return Watchdog(cast("CeleryRing", ring), lambda: None, clock=clock)


def test_an_echo_calms_the_watchdog(clock: HandClock) -> None:
    ring = FakeRing()
    watchdog = make_watchdog(ring, clock)
    for _ in range(20):
        assert watchdog.look()
        watchdog.hear(ring.words[-1])
        clock.seconds += 15


def test_silence_is_noticed_after_its_patience(clock: HandClock) -> None:
    watchdog = make_watchdog(FakeRing(), clock)
    heard = []
    for _ in range(4):
        heard.append(watchdog.look())
        clock.seconds += 15
    assert heard == [True, True, True, False]


def test_an_echo_of_another_process_does_not_count(clock: HandClock) -> None:
    watchdog = make_watchdog(FakeRing(), clock)
    watchdog.look()
    watchdog.hear("another")
    clock.seconds += 45
    assert not watchdog.look()


def test_pings_that_could_not_be_sent_are_no_silence(clock: HandClock) -> None:
    ring = FakeRing()
    watchdog = make_watchdog(ring, clock)
    assert watchdog.look()
    ring.sent = False
    for _ in range(10):
        clock.seconds += 14
        assert watchdog.look()
    ring.sent = True
    clock.seconds += 15
    assert watchdog.look()
    clock.seconds += 44
    assert watchdog.look()
