"""Runs from their start to their end, on both back ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from builder.db import Database
from tests.contracts.world import World, workflow


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with World(database, tmp_path) as made:
        yield made


def test_three_steps_in_a_row(world: World) -> None:
    document = workflow(
        {
            "first": {"type": "test.note@1", "config": {"text": "one"}},
            "second": {"type": "test.think@1", "inputs": {"word": {"from": "first.text"}}},
            "third": {"type": "test.send@1", "inputs": {"body": {"from": "second.text"}}},
        },
        result={"answer": {"from": "second.text"}},
    )
    story = world.until(world.start(document))
    assert story.run.status == "succeeded", story
    assert story.result == {"answer": "echo: {'word': 'one'}"}
    assert [step.status for step in story.steps] == ["succeeded"] * 3
    assert story.run.cost == 0.5
    assert len(world.egress.sent) == 1
