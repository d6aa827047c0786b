"""Runs that were there when processes died are tried alone, one after the other, and hold up nothing for good."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import text

from builder.db import Database
from tests.contracts.world import World, workflow


def test_several_suspects_in_one_process_take_turns(database: Database, tmp_path: Path) -> None:
    with World(database, tmp_path, ring=False) as world:
        document = workflow({"note": {"type": "test.note@1"}, "send": {"type": "test.send@1"}})
        runs = [world.start(document) for _ in range(4)]
        with database.transaction() as session:  # they are claimed at once, when this ends
            session.execute(text("UPDATE run SET deaths = 2, done_at_death = 0 WHERE id <> :last"), {"last": runs[-1]})
            session.execute(text("UPDATE run SET rings = 0"))
            for run_id in runs:
                world.worker.advance(run_id)
            end = time.monotonic() + 10
            while world.worker.busy < len(runs):
                assert time.monotonic() < end
                time.sleep(0.005)
        database.on_ring(world.worker.advance)
        for run_id in runs:
            assert world.until(run_id, keep=True).run.status == "succeeded"
