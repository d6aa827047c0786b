"""Rings may be lost, doubled, shuffled or late: every run still ends once, in its right state."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from builder.db import Database
from tests.contracts.world import World, workflow


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with World(database, tmp_path, ring=False) as made:
        yield made


def short() -> Any:
    return workflow({"note": {"type": "test.note@1"}, "send": {"type": "test.send@1"}})


def test_with_every_ring_lost_the_sweep_rings(world: World) -> None:
    lost: list[int] = []
    world.database.on_ring(lost.append)
    runs = [world.start(short()) for _ in range(5)]
    assert lost == runs
    world.database.on_ring(world.worker.advance)
    for run_id in runs:
        assert world.until(run_id, keep=True).run.status == "succeeded"
    assert len(world.egress.sent) == 5


def test_with_every_ring_tripled_nothing_happens_twice(world: World) -> None:
    def thrice(run_id: int) -> None:
        for _ in range(3):
            world.worker.advance(run_id)

    world.database.on_ring(thrice)
    runs = [world.start(short()) for _ in range(20)]
    for run_id in runs:
        assert world.until(run_id).run.status == "succeeded"
        assert world.statuses(run_id) == {"note": "succeeded", "send": "succeeded"}
    assert len(world.egress.sent) == 20


def test_rings_that_come_shuffled_and_late_find_what_there_is(world: World) -> None:
    kept: list[int] = []
    world.database.on_ring(kept.append)
    runs = [world.start(short()) for _ in range(20)]
    rings = [*kept, *kept, *(run_id + 1 for run_id in kept)]
    random.Random(7).shuffle(rings)
    for run_id in rings:
        world.worker.advance(run_id)
    for run_id in runs:
        assert world.until(run_id).run.status == "succeeded"
    for run_id in rings:
        world.worker.advance(run_id)
    assert len(world.egress.sent) == 20


def test_two_workers_that_hear_the_same_rings_share_the_runs(world: World) -> None:
    other = world.new_worker()
    other.start()

    def both(run_id: int) -> None:
        threads = [threading.Thread(target=each.advance, args=(run_id,)) for each in (world.worker, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    world.database.on_ring(both)
    runs = [world.start(short()) for _ in range(20)]
    for run_id in runs:
        assert world.until(run_id).run.status == "succeeded"
    assert len(world.egress.sent) == 20
    other.drain(2.0)
    other.stop()
