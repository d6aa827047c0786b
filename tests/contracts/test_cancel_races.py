"""A cancellation that comes in the moment in which a run parks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from builder.db import Database
from builder.runs import cancel_run
from nodes.review.approve.node import NODE as APPROVE
from tests.contracts.world import World, workflow


def test_a_cancellation_while_a_run_parks_is_not_lost(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its ring goes to another process, and nothing else would wake the run before somebody decides."""
    with World(database, tmp_path, ring=False) as world:
        ask = type(APPROVE).question

        def cancel_and_ask(node: Any, *given: Any) -> Any:
            world.do(cancel_run, run_id, "ana")
            return ask(node, *given)

        monkeypatch.setattr(type(APPROVE), "question", cancel_and_ask)
        check = {
            "type": "review.approve@1",
            "config": {"reviewers": {"role": "lead"}},
            "inputs": {"text": {"value": "hello"}},
        }
        run_id = world.start(workflow({"check": check}))
        world.worker.advance(run_id)
        assert world.until(run_id, "waiting", "cancelled").run.status == "cancelled"
